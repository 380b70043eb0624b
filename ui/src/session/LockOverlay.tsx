import { Button, FocusTrap, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Session } from '@/api/types';
import { base } from '@/api/client';
import { Icon } from '@/ui/Icon';
import { Logo } from '@/ui/Logo';
import type { Lock } from './lock';
import { sessionQuery, signOut } from './session';
import { SignInForm } from './SignInForm';

/** Covers the page and asks for the password; what was typed behind it stays. */
export function LockOverlay({ lock, session, open }: { lock: Exclude<Lock, null>; session: Session; open: () => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const box = useRef<HTMLDivElement>(null);
  // Everything else on the page, open drawers too, is out of reach until the cover is gone.
  useEffect(() => {
    const mine = box.current;
    const others = [...document.body.children].filter((el): el is HTMLElement => el instanceof HTMLElement && el !== mine && !el.inert);
    for (const el of others) el.inert = true;
    return () => { for (const el of others) el.inert = false; };
  }, []);
  const done = () => {
    void cache.fetchQuery({ ...sessionQuery, staleTime: 0 }).then((now) => {
      if (now?.user.id !== session.user.id) { open(); location.assign(base); return; }
      open();
      void cache.invalidateQueries();
    });
  };
  const leave = () => { open(); void signOut(cache).then(() => location.assign(`${base}sign-in`)); };
  return createPortal(
      <div ref={box} className="sk-lock" role="dialog" aria-modal="true" aria-labelledby="lock-title">
        <FocusTrap active><div className="sk-auth-card sk-card">
          <Logo />
          <div>
            <h2 id="lock-title" style={{ display: 'flex', gap: 8, alignItems: 'center' }}><Icon name="lock" />{lock === 'idle' ? t('auth.idleTitle') : t('auth.endedTitle')}</h2>
            <Text c="dimmed" mt={4}>{lock === 'idle' ? t('auth.idleText') : t('auth.endedText')}</Text>
          </div>
          <SignInForm email={session.user.email} done={done} forgot={false} />
          <Button variant="subtle" onClick={leave}>{t('auth.other')}</Button>
        </div></FocusTrap>
      </div>,
    document.body,
  );
}
