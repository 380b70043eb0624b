import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/client';
import type { Finding } from '@/api/types';
import { useGo, usePageSearch } from '@/app/nav';
import { LanguageMenu, ThemeMenu } from '@/shell/Menus';
import { Findings } from '@/pages/system/SystemPage';
import { minLength } from '@/session/NewPassword';
import { Banner, problemText } from '@/ui/Blocks';
import { Logo } from '@/ui/Logo';
import { Wizard, WizardNav } from '@/ui/Wizard';
import { Handover } from './Handover';
import { fieldErrors, filled, sameFindings, stepOf, steps, type Draft, type SetupAPI, type SetupInfo, type StepName } from './model';
import { OperatorStep } from './OperatorStep';
import { RecoveryStep } from './RecoveryStep';
import { CertificateStep, MailStep, NamesStep, ReviewStep, WelcomeStep } from './Steps';
import '@/session/auth.css';
import '@/shell/shell.css';

export type StepProps = { draft: Draft; set: (d: Draft) => void; errors: Record<string, string>; rest: SetupAPI; info: SetupInfo };

export function SetupWizard({ info, rest }: { info: SetupInfo; rest: SetupAPI }) {
  const { t } = useTranslation();
  const search = usePageSearch();
  const go = useGo();
  const [draft, set] = useState<Draft>(() => filled(info.defaults));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [found, setFound] = useState<{ step: StepName; findings: Finding[] }>();
  const [kept, setKept] = useState(false);
  const [reached, setReached] = useState(0);
  const [handover, setHandover] = useState<{ handover_url: string; ends: string }>();
  const step: StepName = steps.find((s) => s === search.step) ?? 'welcome';
  const at = steps.indexOf(step);
  useEffect(() => { window.scrollTo(0, 0); }, [step]);
  const to = (s: StepName) => { setReached((r) => Math.max(r, steps.indexOf(s))); setErrors({}); go({ search: s === 'welcome' ? {} : { step: s } }); };
  const refuse = (e: unknown) => {
    if (!(e instanceof ApiError) || !e.problem.errors?.length) return;
    const bad = fieldErrors(e);
    const where = stepOf(Object.keys(bad)[0] ?? '');
    if (where !== step && where !== 'review') to(where);
    setErrors(bad);
  };
  const check = useMutation({
    mutationFn: (s: StepName) => rest.check(s, draft),
    onSuccess: ({ findings }, s) => {
      setFound({ step: s, findings });
      // Warnings may be passed by going on once more; errors may not. The addresses are looked at while they are typed, so these were seen.
      const seen = s === 'names' || (found?.step === s && sameFindings(found.findings, findings));
      if (findings.some((f) => f.level === 'error') || (findings.some((f) => f.level === 'warn') && !seen)) return;
      to(steps[steps.indexOf(s) + 1]!);
    },
    onError: refuse,
  });
  const apply = useMutation({ mutationFn: () => rest.apply(draft), onSuccess: setHandover, onError: refuse });
  const local = (): boolean => {
    const bad: Record<string, string> = {};
    if (step === 'names' && !draft.names.host.trim()) bad['names.host'] = t('common.required');
    if (step === 'recovery' && draft.recovery.kind === 'passphrase' && (!draft.recovery.passphrase || !kept)) bad['recovery.passphrase'] = t('setup.sheetNeed');
    if (step === 'operator') {
      const o = draft.operator;
      for (const k of ['organization', 'first', 'last'] as const) if (!o[k].trim()) bad[`operator.${k}`] = t('common.required');
      if (!/^[^@\s]+@[^@\s]+$/.test(o.email.trim())) bad['operator.email'] = t('common.emailBad');
      if (o.password.length < minLength) bad['operator.password'] = t('auth.tooShort', { count: minLength });
      if (again !== o.password) bad.again = t('auth.mismatch');
      if (o.totp && !/^\d{6}$/.test(o.totp.code)) bad['operator.totp.code'] = t('setup.code');
    }
    setErrors(bad);
    return Object.keys(bad).length === 0;
  };
  const [again, setAgain] = useState('');
  const next = () => {
    if (!local()) return;
    if (step === 'welcome') to('names');
    else if (step === 'review') apply.mutate();
    else if (step === 'mail' && !draft.mail) to('recovery');
    else check.mutate(step);
  };
  const props: StepProps = { draft, set, errors, rest, info };
  const problem = [check.error, apply.error].find((e) => e && !(e instanceof ApiError && e.problem.errors?.length));
  const findings = found?.step === step ? found.findings : undefined;
  const warned = step !== 'names' && findings?.some((f) => f.level === 'warn') && !findings.some((f) => f.level === 'error');
  return (
    <div className="sk-auth">
      <header className="sk-auth-top" style={{ justifyContent: 'space-between' }}><Logo /><span className="sk-actions"><LanguageMenu label /><ThemeMenu /></span></header>
      <main style={{ display: 'grid', justifyContent: 'center', padding: '12px 16px 48px', gridTemplateColumns: 'minmax(0, 860px)', alignContent: 'start' }}>
        <h1 style={{ fontSize: '1.5rem', marginBottom: 18 }}>{t('setup.welcomeTitle')}</h1>
        {handover ? <Handover to={handover} back={() => setHandover(undefined)} /> : (
          <Wizard steps={steps.map((s) => ({ id: s, title: t(`setup.${s}`) }))} at={at} reached={reached} jump={(i) => to(steps[i]!)}
            footer={<WizardNav back={at > 0 ? () => to(steps[at - 1]!) : undefined} next={next} busy={check.isPending || apply.isPending} label={step === 'review' ? t('setup.apply') : step === 'welcome' ? t('setup.start') : warned ? t('setup.anyway') : undefined} />}>
            {problem !== undefined && problem !== null && <Banner level="error">{problemText(problem)}</Banner>}
            {step === 'welcome' && <WelcomeStep {...props} />}
            {step === 'names' && <NamesStep {...props} />}
            {step === 'certificate' && <CertificateStep {...props} />}
            {step === 'mail' && <MailStep {...props} />}
            {step === 'recovery' && <RecoveryStep {...props} kept={kept} setKept={setKept} />}
            {step === 'operator' && <OperatorStep {...props} again={again} setAgain={setAgain} />}
            {step === 'review' && <ReviewStep {...props} />}
            {findings && findings.length > 0 && step !== 'names' && <section><h3 style={{ marginBottom: 8 }}>{t('setup.checks')}</h3><Findings findings={findings} /></section>}
          </Wizard>
        )}
      </main>
    </div>
  );
}
