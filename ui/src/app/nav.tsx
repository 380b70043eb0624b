import { Link, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { useCallback, type ComponentProps, type ReactNode } from 'react';
import type { Search } from '@/list/urlState';

/** The search of the page in view: text only. */
export const usePageSearch = (): Search => useSearch({ strict: false }) as Search;
export const usePageParams = (): Record<string, string> => useParams({ strict: false }) as Record<string, string>;

type To = { to?: string; search?: Search; replace?: boolean };
/** Goes to a path of this application, or changes the search of the page in view. */
export function useGo(): (t: To) => void {
  const navigate = useNavigate();
  return useCallback((t: To) => { void navigate({ to: t.to ?? '.', search: t.search ?? {}, replace: t.replace, resetScroll: !!t.to } as never); }, [navigate]);
}

/** The address of a path within the application, for a plain link. */
export function useHref(): (to: string, search?: Search) => string {
  const router = useRouter();
  return useCallback((to, search) => router.buildLocation({ to, search: search ?? {} } as never).publicHref, [router]);
}

type Props = { to: string; search?: Search; children: ReactNode } & Omit<ComponentProps<'a'>, 'href'>;
export function Go({ to, search, children, ...rest }: Props) {
  const [path, query] = to.split('?');
  const all = query ? { ...Object.fromEntries(new URLSearchParams(query)), ...search } : (search ?? {});
  return <Link activeOptions={{ exact: true, includeSearch: false }} {...(rest as object)} to={path as never} search={all as never}>{children}</Link>;
}
