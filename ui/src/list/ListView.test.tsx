import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLanguage } from '@/i18n';
import { ListView } from './ListView';
import { parseSearch, stringifySearch } from './urlState';

type One = { id: string; name: string; state: string };
const asked: URL[] = [];
let answer: () => Response;

beforeAll(async () => {
  window.matchMedia = ((q: string) => ({ matches: false, media: q, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} })) as never;
  window.ResizeObserver = class { observe() {} unobserve() {} disconnect() {} } as never;
  Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { value: 600, configurable: true });
  Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { value: 900, configurable: true });
  await startLanguage('en');
});
beforeEach(() => {
  asked.length = 0;
  answer = () => Response.json({ items: [{ id: 'a', name: 'Acme', state: 'on' }], next: null, total: 1 });
  vi.stubGlobal('fetch', vi.fn((u: string) => { asked.push(new URL(u, 'http://x')); return Promise.resolve(answer()); }));
});
afterEach(() => { cleanup(); vi.unstubAllGlobals(); });

function show(url: string) {
  const root = createRootRoute({
    component: () => (
      <ListView<One> id="things" path="/pbxs" columns={[{ id: 'name', title: 'Name', width: '1fr', sort: 'name', cell: (r) => r.name, narrow: 'title', fixed: true }]} defaultSort="name" label={(r) => r.name}
        filters={[{ id: 'state', title: 'State', options: [{ value: 'on', label: 'On' }] }]} empty={{ icon: 'list', title: 'Nothing yet', text: 'Add the first one.' }} />
    ),
  });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: [url] }), parseSearch: (s) => parseSearch(s), stringifySearch });
  render(<MantineProvider><QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}><RouterProvider router={router as never} /></QueryClientProvider></MantineProvider>);
  return router;
}

describe('the list', () => {
  it('asks for what the URL says', async () => {
    show('/?q=ac&sort=-name&f.state=on&after=cur');
    await waitFor(() => expect(asked.length).toBeGreaterThan(0));
    expect(Object.fromEntries(asked[0]!.searchParams)).toMatchObject({ q: 'ac', sort: '-name', 'filter[state]': 'on', after: 'cur' });
  });
  it('shows each filter in force with a way out, also one whose option is gone', async () => {
    const router = show('/?f.state=gone');
    fireEvent.click(await screen.findByRole('button', { name: 'Remove filter State: gone' }));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });
  it('says what to do first when there is nothing, and something else when nothing matches', async () => {
    answer = () => Response.json({ items: [], next: null, total: 0 });
    show('/');
    expect(await screen.findByText('Add the first one.')).toBeTruthy();
    cleanup();
    show('/?q=zzz');
    expect(await screen.findByText('Nothing matches')).toBeTruthy();
  });
  it('shows an error of the server with a way to try again', async () => {
    answer = () => Response.json({ title: 'broken', code: 'internal' }, { status: 500 });
    show('/');
    const again = await screen.findByRole('button', { name: 'Try again' });
    answer = () => Response.json({ items: [{ id: 'a', name: 'Acme', state: 'on' }], next: null, total: 1 });
    fireEvent.click(again);
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull());
    await waitFor(() => expect(screen.getByRole('table')).toBeTruthy());
  });
});
