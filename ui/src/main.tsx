import './app/styles';
import { MantineProvider, localStorageColorSchemeManager } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/client';
import { router } from './app/router';
import { cssVariables, theme } from './app/theme';
import { startLanguage } from './i18n';

// The nonce of the content security policy: the style elements made at run time carry it.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
if (nonce) setNonce(nonce);

const cache = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, refetchOnWindowFocus: true, retry: (n, e) => n < 2 && (!(e instanceof ApiError) || e.status === 0 || e.status >= 502) },
    mutations: { retry: false },
  },
});
const scheme = localStorageColorSchemeManager({ key: 'sk.theme' });

await startLanguage();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" colorSchemeManager={scheme} getStyleNonce={nonce ? () => nonce : undefined}>
      <QueryClientProvider client={cache}>
        <Notifications position="bottom-right" limit={4} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
