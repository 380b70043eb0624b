import { Button, Stepper } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';
import './wizard.css';

export type WizardStep = { id: string; title: string };

/** Steps on top, one page of the wizard, and the way on and back. The step in view stands in the URL. */
export function Wizard({ steps, at, reached, jump, children, footer }: { steps: WizardStep[]; at: number; reached: number; jump: (i: number) => void; children: ReactNode; footer: ReactNode }) {
  const { t } = useTranslation();
  const narrow = useMediaQuery('(max-width: 820px)', window.innerWidth <= 820);
  return (
    <div className="sk-wizard">
      {narrow
        ? <div className="sk-wizard-short"><span className="num">{at + 1} / {steps.length}</span><strong>{steps[at]?.title}</strong><span className="bar" aria-hidden="true"><span style={{ width: `${(100 * (at + 1)) / steps.length}%` }} /></span></div>
        : (
          <Stepper active={at} onStepClick={jump} size="xs" iconSize={26} wrap={false} allowNextStepsSelect={false} completedIcon={<Icon name="check" size={15} />} aria-label={t('common.next')}>
            {steps.map((s, i) => <Stepper.Step key={s.id} label={s.title} allowStepSelect={i <= reached && i !== at} aria-current={i === at ? 'step' : undefined} />)}
          </Stepper>
        )}
      <div className="sk-card sk-wizard-body">{children}</div>
      <div className="sk-wizard-foot">{footer}</div>
    </div>
  );
}

export function WizardNav({ back, next, label, busy, disabled }: { back?: () => void; next: () => void; label?: string; busy?: boolean; disabled?: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {back ? <Button variant="default" onClick={back} leftSection={<Icon name="arrowLeft" size={16} />}>{t('common.back')}</Button> : <span />}
      <Button onClick={next} loading={busy} disabled={disabled} rightSection={label ? undefined : <Icon name="arrowRight" size={16} />}>{label ?? t('common.next')}</Button>
    </>
  );
}
