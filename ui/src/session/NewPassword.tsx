import { PasswordInput, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

export const minLength = 12;

/** How long a password would hold, 0..4: length and variety, nothing that the server's own check would contradict. */
export function strength(p: string): number {
  if (p.length === 0) return 0;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((r) => r.test(p)).length;
  const distinct = new Set(p).size;
  if (p.length < minLength || distinct < 5) return 1;
  return Math.min(4, 1 + (p.length >= 12 ? 1 : 0) + (p.length >= 16 || kinds >= 3 ? 1 : 0) + (p.length >= 20 && distinct >= 10 ? 1 : 0));
}

export type NewPasswordForm = { value: string; again: string; shown: boolean; set: (v: string) => void; setAgain: (v: string) => void; check: () => boolean };

export function useNewPassword(): NewPasswordForm {
  const [value, set] = useState('');
  const [again, setAgain] = useState('');
  const [shown, show] = useState(false);
  return { value, again, shown, set, setAgain, check: () => { show(true); return value.length >= minLength && value === again; } };
}

export function NewPassword({ form, error, size = 'md' }: { form: NewPasswordForm; error?: string; size?: 'sm' | 'md' }) {
  const { t } = useTranslation();
  const s = strength(form.value);
  const toggle = { 'aria-label': t('auth.show') };
  return (
    <>
      <div>
        <PasswordInput label={t('auth.newPassword')} description={t('auth.passwordRule', { count: minLength })} value={form.value} onChange={(e) => form.set(e.currentTarget.value)} autoComplete="new-password" size={size} visibilityToggleButtonProps={toggle}
          error={error ?? (form.shown && form.value.length < minLength ? t('auth.tooShort', { count: minLength }) : undefined)} />
        {form.value !== '' && (
          <div style={{ display: 'flex', gap: 10, alignItems: 'center', marginTop: 6 }}>
            <Progress value={s * 25} size={5} style={{ flex: 1 }} color={s >= 3 ? 'teal' : s === 2 ? 'yellow' : 'red'} aria-label={t('auth.strength')} />
            <Text size="xs" c="dimmed">{[t('auth.weak'), t('auth.weak'), t('auth.fair'), t('auth.good'), t('auth.strong')][s]}</Text>
          </div>
        )}
      </div>
      <PasswordInput label={t('auth.again')} value={form.again} onChange={(e) => form.setAgain(e.currentTarget.value)} autoComplete="new-password" size={size} visibilityToggleButtonProps={toggle}
        error={form.shown && form.value !== form.again ? t('auth.mismatch') : undefined} />
    </>
  );
}
