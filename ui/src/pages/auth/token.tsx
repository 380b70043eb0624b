import { Anchor, Button, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import type { TokenInfo } from '@/api/types';
import { Go, usePageParams } from '@/app/nav';
import { Banner, ErrorState, Loading, problemText } from '@/ui/Blocks';
import { fullTime } from '@/ui/dates';
import { AuthPage } from './AuthPage';

/** The token of a link: in the fragment, so that it stands in no log; in the path for older links. */
export function useToken(): string {
  const params = usePageParams();
  const [token] = useState(() => {
    const hash = location.hash.slice(1);
    const found = params.token ?? new URLSearchParams(hash).get('t') ?? (hash.includes('=') ? '' : hash);
    if (hash) history.replaceState(history.state, '', location.pathname + location.search);
    return found;
  });
  return token;
}

export const useTokenInfo = (token: string) =>
  useQuery({ queryKey: ['token', token], queryFn: () => api.get<TokenInfo>(`/tokens/${encodeURIComponent(token)}`), enabled: token !== '', retry: false, staleTime: Infinity });

/** What to show while there is no good token; undefined when there is. */
export function useTokenGate(token: string, title: string): { info?: TokenInfo; instead?: React.ReactNode } {
  const { t } = useTranslation();
  const q = useTokenInfo(token);
  const back = <Text ta="center"><Anchor component={Go} to="/sign-in" underline="always">{t('auth.backToSignIn')}</Anchor></Text>;
  if (token === '' || (q.error instanceof ApiError && q.error.status === 404)) return { instead: <AuthPage title={t('auth.badLinkTitle')} sub={t('auth.badLinkText')}>{back}</AuthPage> };
  if (q.isPending) return { instead: <AuthPage title={title}><Loading /></AuthPage> };
  if (q.isError) return { instead: <AuthPage title={title}><ErrorState error={q.error} retry={() => void q.refetch()} /></AuthPage> };
  if (q.data.state !== 'ok') return { instead: <Expired info={q.data} token={token} back={back} /> };
  return { info: q.data };
}

function Expired({ info, token, back }: { info: TokenInfo; token: string; back: React.ReactNode }) {
  const { t } = useTranslation();
  const ask = useMutation({ mutationFn: () => api.post(`/tokens/${encodeURIComponent(token)}/resend`) });
  const used = info.state === 'used';
  const ends = fullTime(info.ends);
  const text = used ? t('auth.usedText') : info.resend_by ? t('auth.expiredText', { ends, who: info.resend_by }) : t('auth.expiredTextPlain', { ends });
  return (
    <AuthPage title={used ? t('auth.usedTitle') : t('auth.expiredTitle')} sub={text}>
      <Stack gap="md">
        {ask.isSuccess ? <Banner level="ok">{t('auth.asked')}</Banner> : info.purpose === 'reset'
          ? <Button component={Go} to="/forgot" size="md">{t('auth.askNew')}</Button>
          : <Button size="md" loading={ask.isPending} onClick={() => ask.mutate()}>{t('auth.askNew')}</Button>}
        {ask.isError && <Banner level="error">{problemText(ask.error)}</Banner>}
        {back}
      </Stack>
    </AuthPage>
  );
}
