import { Button, Loader } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { useGo } from '@/app/nav';
import { AuthPage } from '@/pages/auth/AuthPage';
import { RecoveryCodes } from '@/pages/me/codes';
import { ErrorState } from '@/ui/Blocks';
import { keepToken } from './model';

/** The browser arrived at the new address: says so to the server, or everything goes back. */
export default function ConfirmPage() {
  const { t } = useTranslation();
  const go = useGo();
  const cache = useQueryClient();
  const [ticket] = useState(() => new URLSearchParams(location.hash.slice(1)).get('c') ?? '');
  const sent = useRef(false);
  const { mutate, ...confirm } = useMutation({
    mutationFn: () => api.post<{ recovery_codes: string[] | null; sign_in: string }>('/setup/confirm', { ticket }),
    onSuccess: () => { keepToken(''); history.replaceState(history.state, '', location.pathname); void cache.invalidateQueries({ queryKey: ['state'] }); },
  });
  useEffect(() => { if (!sent.current && ticket) { sent.current = true; mutate(); } }, [mutate, ticket]);
  const leave = () => go({ to: '/sign-in', replace: true });
  if (confirm.data?.recovery_codes?.length) return <AuthPage wide title={t('me.codes')} sub={t('setup.confirmedText')}><RecoveryCodes codes={confirm.data.recovery_codes} done={leave} /></AuthPage>;
  if (confirm.data) return <AuthPage title={t('setup.confirmedTitle')} sub={t('setup.confirmedText')}><Button size="md" onClick={leave}>{t('setup.toSignIn')}</Button></AuthPage>;
  if (confirm.isError || !ticket) return <AuthPage title={t('setup.confirmFailed')}>{confirm.isError ? <ErrorState error={confirm.error} retry={() => mutate()} title={t('setup.confirmFailed')} /> : <p>{t('auth.badLinkText')}</p>}</AuthPage>;
  return <AuthPage title={t('page.setupConfirm')}><p role="status" style={{ display: 'flex', gap: 10, alignItems: 'center' }}><Loader size={18} />{t('setup.confirming')}</p></AuthPage>;
}
