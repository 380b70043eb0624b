import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Banner, problemText } from '@/ui/Blocks';
import { Choice } from '@/ui/Choice';
import { Icon } from '@/ui/Icon';
import type { Sheet } from './model';
import { SheetView } from './Sheet';
import type { StepProps } from './SetupWizard';

export function RecoveryStep({ draft, set, errors, rest, kept, setKept }: StepProps & { kept: boolean; setKept: (k: boolean) => void }) {
  const { t } = useTranslation();
  const r = draft.recovery;
  const [sheet, setSheet] = useState<Sheet>();
  const make = useMutation({ mutationFn: () => rest.recovery('passphrase', undefined, draft.names.host), onSuccess: (a) => { setSheet(a.sheet); setKept(false); set({ ...draft, recovery: { kind: 'passphrase', passphrase: a.passphrase } }); } });
  return (
    <>
      <Choice legend={t('setup.recoveryText')} name="recovery" value={r.kind} onChange={(kind) => set({ ...draft, recovery: kind === 'passphrase' ? { kind, passphrase: r.passphrase } : { kind } })}
        options={[{ value: 'passphrase', label: t('setup.passphrase'), text: t('setup.passphraseText') }, { value: 'age', label: t('setup.age'), text: t('setup.ageText') }, { value: 'later', label: t('setup.later'), text: t('setup.laterText') }]} />
      {make.isError && <Banner level="error">{problemText(make.error)}</Banner>}
      {r.kind === 'age' && <TextInput label={t('setup.recipient')} value={r.recipient ?? ''} onChange={(e) => set({ ...draft, recovery: { kind: 'age', recipient: e.currentTarget.value.trim() } })} error={errors['recovery.recipient']} placeholder="age1…" classNames={{ input: 'mono' }} />}
      {r.kind === 'passphrase' && !r.passphrase && <div><Button loading={make.isPending} leftSection={<Icon name="key" size={17} />} onClick={() => make.mutate()}>{t('setup.make')}</Button></div>}
      {r.kind === 'passphrase' && r.passphrase && (
        <>
          <SheetView sheet={sheet} host={draft.names.host} passphrase={r.passphrase} />
          <div className="sk-actions"><Button variant="default" leftSection={<Icon name="printer" size={16} />} onClick={() => window.print()}>{t('common.print')}</Button></div>
          <Checkbox label={t('setup.sheetKept')} checked={kept} onChange={(e) => setKept(e.currentTarget.checked)} error={errors['recovery.passphrase']} />
        </>
      )}
    </>
  );
}
