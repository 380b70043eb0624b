import { ActionIcon, Button, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Code, ConnectInfo, List, PBX } from '@/api/types';
import { Go } from '@/app/nav';
import { AccountSelect } from '@/pages/accounts/AccountSelect';
import { useSession } from '@/session/session';
import { Banner, ErrorState, Loading, PageHead, problemText } from '@/ui/Blocks';
import { CopyField } from '@/ui/Copy';
import { fullTime } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { PBXStatus } from './PBXBody';
import './connect.css';

export default function ConnectPage() {
  const { t } = useTranslation();
  const [way, setWay] = useState<'email' | 'code'>('email');
  const [code, setCode] = useState<Code>();
  const { data, error, isError, refetch } = useQuery({ queryKey: ['connect'], queryFn: () => api.get<ConnectInfo>('/pbxs/connect') });
  if (isError) return <div className="sk-page"><PageHead title={t('connect.title')} /><div className="sk-card"><ErrorState error={error} retry={() => void refetch()} /></div></div>;
  const host = data ? (data.port === 443 ? data.server : `${data.server}:${data.port}`) : '';
  const command = data && (way === 'email'
    ? `switchkeep-connector enroll --server ${host} --pin ${data.pin} --email ${data.email}`
    : `switchkeep-connector enroll --server ${host} --code ${code?.code ?? 'CODE'}`);
  return (
    <div className="sk-page">
      <PageHead title={t('connect.title')} />
      <p className="dim sk-lead">{t('connect.lead')}</p>
      <div className="sk-connect">
        <div style={{ display: 'grid', gap: 14 }}>
          <SegmentedControl value={way} onChange={(v) => setWay(v as 'email')} data={[{ value: 'email', label: t('connect.byEmail') }, { value: 'code', label: t('connect.byCode') }]} aria-label={t('connect.title')} />
          {!data ? <div className="sk-card sk-card-pad"><Loading lines={8} /></div> : (
            <ol className="sk-card sk-guide">
              <Step n={1} title={t('connect.step1')} text={t('connect.step1Text')} />
              <Step n={2} title={t('connect.step2')} text={t('connect.step2Text')}>
                <div className="sk-two"><Field label={t('connect.server')} value={data.server} /><Field label={t('connect.port')} value={String(data.port)} /></div>
              </Step>
              {way === 'email'
                ? <Step n={3} title={t('connect.step3Email')} text={t('connect.step3EmailText')}><Field label={t('connect.email')} value={data.email} /></Step>
                : <Step n={3} title={t('connect.step3Code')} text={t('connect.step3CodeText')}><Codes made={setCode} code={code} /></Step>}
              <Step n={4} title={t('connect.pin')} text={t('connect.pinText')}>
                <Field label={t('connect.pin')} value={data.pin} /><Field label={t('connect.fingerprint')} value={data.fingerprint_short} />
              </Step>
              <Step n={5} title={t('connect.command')}>{command && <CopyField value={command} label={t('connect.command')} />}</Step>
            </ol>
          )}
        </div>
        <Waiting />
      </div>
    </div>
  );
}

function Step({ n, title, text, children }: { n: number; title: string; text?: string; children?: React.ReactNode }) {
  return <li><span className="n" aria-hidden="true">{n}</span><div><h2>{title}</h2>{text && <p className="dim">{text}</p>}{children}</div></li>;
}

function Field({ label, value }: { label: string; value: string }) {
  return <div style={{ minWidth: 0 }}><div className="sk-fieldname">{label}</div><CopyField value={value} label={label} /></div>;
}

function Codes({ made, code }: { made: (c: Code) => void; code?: Code }) {
  const { t } = useTranslation();
  const session = useSession();
  const cache = useQueryClient();
  const [account, setAccount] = useState(session.acting.account.id);
  const [name, setName] = useState('');
  const open = useQuery({ queryKey: ['codes'], queryFn: () => api.get<List<Code>>('/pbxs/codes') });
  const again = () => void cache.invalidateQueries({ queryKey: ['codes'] });
  const make = useMutation({ mutationFn: () => api.post<Code>('/pbxs/codes', { account, name: name.trim() }), onSuccess: (c) => { made(c); again(); } });
  const drop = useMutation({ mutationFn: (id: string) => api.del(`/pbxs/codes/${id}`), onSuccess: again });
  return (
    <div style={{ display: 'grid', gap: 10 }}>
      <form className="sk-two" style={{ alignItems: 'end' }} onSubmit={(e) => { e.preventDefault(); make.mutate(); }}>
        <AccountSelect label={t('connect.codeFor')} value={account} onChange={setAccount} />
        <TextInput label={t('connect.codeName')} value={name} onChange={(e) => setName(e.currentTarget.value)} required withAsterisk={false} maxLength={64} />
        <Button type="submit" loading={make.isPending} variant={code ? 'default' : 'filled'} leftSection={<Icon name="key" size={16} />}>{t('connect.codeMake')}</Button>
      </form>
      {make.isError && <Banner level="error">{problemText(make.error)}</Banner>}
      {code?.code && <div><div className="sk-fieldname">{t('connect.codeNew')}</div><CopyField value={code.code} label={t('connect.codeNew')}><strong className="sk-code">{code.code}</strong></CopyField><p className="dim">{t('connect.codeOnce', { ends: fullTime(code.ends) })}</p></div>}
      {!!open.data?.items.length && (
        <div>
          <div className="sk-section">{t('connect.codes')}</div>
          <ul className="sk-timeline">{open.data.items.map((c) => (
            <li key={c.id}><span>{c.name} <span className="dim">· {c.account.name} · {t('connect.codeEnds', { ends: fullTime(c.ends) })}</span></span>
              <ActionIcon variant="subtle" color="slate" size={26} aria-label={t('connect.codeDelete', { name: c.name })} onClick={() => drop.mutate(c.id)}><Icon name="trash" size={15} /></ActionIcon></li>
          ))}</ul>
        </div>
      )}
    </div>
  );
}

/** Watches the list: whatever was not there when the page was opened has just arrived. */
function Waiting() {
  const { t } = useTranslation();
  const known = useRef<Map<string, string> | undefined>(undefined);
  const [fresh, setFresh] = useState<PBX[]>([]);
  const { data } = useQuery({ queryKey: ['pbxs', 'newest'], queryFn: () => api.get<List<PBX>>('/pbxs', { sort: '-since', limit: 50 }, { headers: { 'X-Passive': '1' } }), refetchInterval: 5000 });
  useEffect(() => {
    if (!data) return;
    if (!known.current) { known.current = new Map(data.items.map((p) => [p.id, p.state])); return; }
    setFresh(data.items.filter((p) => !known.current?.has(p.id)));
  }, [data]);
  return (
    <aside className="sk-card sk-card-pad sk-waiting" aria-live="polite">
      {fresh.length === 0 ? (
        <><span className="sk-pulse" aria-hidden="true"><Icon name="plug" size={26} /></span><h2>{t('connect.waiting')}</h2><p className="dim">{t('connect.waitingText')}</p></>
      ) : fresh.map((p) => (
        <div key={p.id} className="sk-arrived">
          <PBXStatus pbx={p} pill /><h2>{t('connect.arrived', { name: p.name || p.serial })}</h2>
          <p className="dim">{p.state === 'awaiting' ? t('connect.arrivedAwaiting') : p.state === 'connected' ? t('connect.arrivedConnected') : ''} <bdi className="mono">{p.serial}</bdi> {p.address && <bdi className="mono">· {p.address}</bdi>}</p>
          <Button component={Go} to={`/pbxs/${p.id}`}>{t('connect.show')}</Button>
        </div>
      ))}
      <section className="sk-fails">
        <h3>{t('connect.failures')}</h3>
        <ul><li>{t('connect.fail1')}</li><li>{t('connect.fail2')}</li><li>{t('connect.fail3')}</li><li>{t('connect.fail4')}</li></ul>
      </section>
    </aside>
  );
}
