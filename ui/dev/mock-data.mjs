// The state of the mock server and its answers. Shapes as in src/api/types.ts.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setupAnswer } from './mock-setup.mjs';

const now = Date.now();
export const ago = (s) => new Date(now - s * 1000).toISOString();
const may = ['account.view', 'account.add', 'account.edit', 'account.delete', 'account.freeze', 'account.login_as', 'user.view', 'user.add', 'user.edit', 'user.delete', 'user.resend', 'user.reset', 'pbx.view', 'pbx.enroll', 'pbx.edit', 'pbx.delete', 'pbx.visit', 'visit.view', 'visit.end', 'mail.view', 'mail.edit', 'audit.view', 'audit.export', 'quota.view', 'quota.edit', 'system.view', 'system.edit', 'system.backup'];
const kinds = ['extensions', 'concurrent_calls', 'pbx_connections', 'sip_devices', 'rps_devices', 'trunk_in', 'trunk_out', 'trunk_two', 'ha_slots', 'recording_minutes', 'accounts', 'users', 'storage_bytes'];
const names = ['Acme Dental', '上海分公司', 'Grüne Apotheke', 'Northwind Traders', 'Contoso Ltd', 'Fabrikam', 'Riverside Hotel', '北京科技有限公司', 'Harbour Logistics', 'St. Mary Clinic', 'Blue Fjord', 'Bäckerei Huber'];

function accounts() {
  const root = { id: 'a0', name: 'Metro Telecom', kind: 'operator', realm: 'metro.example', state: 'active', pbxs: 0, users: 3, created_at: ago(9e6), time_zone: 'Europe/Berlin', ver: 1, chain: [] };
  const channels = ['North Channel', '华东渠道'].map((name, i) => ({ id: `c${i}`, name, kind: 'channel', parent: 'a0', owner: { id: 'a0', name: root.name }, realm: `c${i}.metro.example`, state: 'active', pbxs: 6, users: 2, created_at: ago(8e6 - i * 1e5), time_zone: 'Europe/Berlin', may_add_channels: i === 0, ver: 1, chain: [{ id: 'a0', name: root.name }] }));
  const enterprises = names.map((name, i) => {
    const owner = i % 3 === 0 ? root : channels[i % 2];
    return { id: `e${i}`, name, kind: 'enterprise', parent: owner.id, owner: { id: owner.id, name: owner.name }, realm: `e${i}.metro.example`, state: i === 4 ? 'frozen' : i === 7 ? 'unactivated' : 'active', frozen: i === 4 ? { reason: 'Invoice 2026-118 unpaid', by: 'u0', by_label: 'Anna Weber', at: ago(86400 * 3) } : undefined, pbxs: (i % 3) + 1, users: 1 + (i % 4), created_at: ago(7e6 - i * 2e5), time_zone: 'Europe/Berlin', lang: 'en', country: 'DE', contact: 'Front desk, +49 30 5550', ver: 1, chain: owner === root ? [{ id: 'a0', name: root.name }] : [{ id: 'a0', name: root.name }, { id: owner.id, name: owner.name }] };
  });
  return [root, ...channels, ...enterprises];
}

function pbxs() {
  const models = ['P550', 'P560', 'P570', 'P520', 'Asterisk 22'];
  const states = ['connected', 'connected', 'connected', 'disconnected', 'connected', 'unknown'];
  const rows = [];
  for (let i = 0; i < 240; i++) {
    const a = i % names.length;
    rows.push({ id: `p${i}`, name: `${names[a].split(' ')[0]} ${i < 12 ? 'main' : `branch ${i}`}`, account: { id: `e${a}`, name: names[a] }, serial: `369E0${String(10000 + i * 7)}`, model: models[i % 5], firmware: `37.20.0.${40 + (i % 9)}`, state: states[i % 6], since: ago(300 + i * 977), address: `10.${i % 20}.${i % 7}.${10 + (i % 200)}`, version: '1.0.0', uptime_s: states[i % 6] === 'connected' ? 4000 + i * 3111 : undefined, visit_allowed: i % 11 !== 10, enrolled_by: 'anna@metro.example', key_pin: 'sha256/9nq2Yx0Jp3l8ZtVd6mKcQw1sRfUaHbGeTiOoPjLkMn4=', machine_id: `m-${i}a7`, portal: 'https://192.168.5.150:8088', portal_up: true, created_at: ago(86400 * (30 + i)), ver: 1 });
  }
  Object.assign(rows[1], { pair: { id: 'x1', role: 'primary', live: 'active' }, state: 'connected' });
  Object.assign(rows[2], { name: 'Grüne standby', account: rows[1].account, pair: { id: 'x1', role: 'secondary', live: 'standby' }, state: 'connected' });
  Object.assign(rows[5], { state: 'awaiting', name: 'Lobby PBX', uptime_s: undefined });
  Object.assign(rows[9], { state: 'duplicate', rival: { serial: rows[9].serial, machine_id: 'm-other', address: '10.9.9.9', at: ago(60) } });
  return rows;
}

export function fresh({ empty = false, setup = false, signedIn = true, kind = 'operator' } = {}) {
  const people = [['anna@metro.example', 'Anna', 'Weber', 'owner', 'active'], ['li.na@metro.example', '娜', '李', 'operator', 'active'], ['tom@metro.example', 'Tom', 'Baker', 'helpdesk', 'invited'], ['eva@acme.example', 'Eva', 'Stein', 'admin', 'expired']];
  const acts = [['pbx.enroll', 'Acme main', 'ok'], ['session.sign_in', 'anna@metro.example', 'ok'], ['pbx.visit', 'Acme main', 'ok'], ['session.sign_in', 'tom@metro.example', 'refused', 'bad_credentials'], ['account.add', 'Blue Fjord', 'ok'], ['mail.resend', 'tom@metro.example', 'failed', 'connection_refused'], ['account.freeze', 'Contoso Ltd', 'ok'], ['quota.edit', 'North Channel', 'ok']];
  return {
    empty, setup, signedIn, fails: 0, delay: 0, setupDone: false, mfa: false,
    kind, accounts: empty ? accounts().slice(0, 1) : accounts(), pbxs: empty ? [] : pbxs(),
    users: people.slice(0, empty ? 1 : 4).map(([email, first, last, role, state], i) => ({ id: `u${i}`, email, first, last, role, state, account: { id: 'a0', name: 'Metro Telecom' }, mfa: i === 0, managed: true, signed_in_at: state === 'active' ? ago(600 * (i + 1)) : null, created_at: ago(8e6), ver: 1, self: i === 0 })),
    visits: empty ? [] : [{ id: 'v1', pbx: { id: 'p0', name: 'Acme main' }, account: { id: 'e0', name: 'Acme Dental' }, user: { id: 'u0', label: 'Anna Weber' }, reason: 'Ticket 4711', created_at: ago(420), last_activity: ago(20), ip: '192.168.1.20', mode: 'host', requests: 214, own: true }],
    audit: empty ? [] : Array.from({ length: 160 }, (_, i) => { const [action, object, result, code] = acts[i % 8]; return { id: `l${i}`, at: ago(60 + i * 1900), user: { id: 'u0', label: i % 3 ? 'Anna Weber' : '李娜' }, action, object: { kind: action.split('.')[0], id: 'x', label: object }, account: { id: 'a0', name: 'Metro Telecom' }, reason: 'Ticket 4711', user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0', ip: `192.168.1.${20 + (i % 9)}`, result, code, detail: { reason: 'Ticket 4711' }, request: randomUUID().slice(0, 8) }; }),
    mails: empty ? [] : ['sent', 'queued', 'deferred', 'refused', 'sent', 'sent'].map((state, i) => ({ id: `m${i}`, at: ago(300 + i * 7200), to: people[i % 4][0], template: ['activation', 'password_reset', 'setup_test'][i % 3], account: { id: 'a0', name: 'Metro Telecom' }, state, answer: { sent: '250 2.0.0 Ok: queued as 4F2A1', queued: '', deferred: '451 4.7.1 Greylisting in action, please come back later', refused: '550 5.1.1 User unknown' }[state], tries: i, next: state === 'deferred' ? ago(-600) : null })),
    mailSettings: { host: 'mail.metro.example', port: 587, security: 'starttls', user: 'switchkeep', has_password: true, from: 'Switchkeep <console@metro.example>', configured: true, ver: 3 },
    operations: empty ? [] : [{ id: 'o1', kind: 'backup', label: 'Nightly backup', state: 'done', done: 1, total: 1, started_at: ago(20000), ended_at: ago(19990) }],
    backups: empty ? [] : Array.from({ length: 5 }, (_, i) => ({ id: `b${i}`, made: ago(20000 + i * 86400), size: 48_200_000 + i * 1e5, error: i === 3 ? 'no space left on device' : undefined, secrets: true, version: '1.0.0' })),
    codes: [], quota: Object.fromEntries(kinds.map((kind, i) => [kind, { kind, granted: i % 4 === 3 ? null : 1000 * (i + 1), children: 120 * (i + 1), used: 30 * i, unlimited: i % 4 === 3 }])),
  };
}

const list = (items, q, total = items.length) => {
  const limit = Number(q.get('limit') ?? 50);
  const from = Number(q.get('after') || 0);
  return [200, { items: items.slice(from, from + limit), next: from + limit < items.length ? String(from + limit) : null, total }];
};

function filtered(rows, q) {
  let out = rows;
  const text = q.get('q')?.toLowerCase();
  if (text) out = out.filter((r) => JSON.stringify(r).toLowerCase().includes(text));
  for (const [k, v] of q) {
    const f = /^filter\[(.+)\]$/.exec(k)?.[1];
    if (!f) continue;
    const want = v.split(',');
    if (f === 'account') out = out.filter((r) => r.account?.id === v || r.id === v || r.parent === v || v === 'a0');
    else if (f === 'pair') out = out.filter((r) => want.includes(r.pair ? 'yes' : 'no'));
    else if (f === 'from') out = out.filter((r) => r.at >= v);
    else if (f === 'to') out = out.filter((r) => r.at <= v);
    else if (f === 'object_id') out = out.slice(0, 5);
    else out = out.filter((r) => want.includes(String(r[f])));
  }
  const sort = q.get('sort');
  if (sort) {
    const field = sort.replace('-', '');
    const value = (r) => (typeof r[field] === 'object' && r[field] ? r[field].name : (r[field] ?? ''));
    out = [...out].sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (sort.startsWith('-') ? -1 : 1));
  }
  return out;
}

const notFound = [404, { title: 'Not found', code: 'not_found' }];
const qr = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h21v21H0z"/><path d="M1 1h7v7H1zM13 1h7v7h-7zM1 13h7v7H1zM10 2h2v3h-2zM9 9h3v3H9zM14 10h2v4h-2zM10 14h2v5h-2zM15 16h4v3h-4z"/></svg>';

function session(w) {
  const kind = w.kind;
  const account = kind === 'enterprise' ? { id: 'e0', name: 'Acme Dental', kind, chain: [{ id: 'e0', name: 'Acme Dental' }] } : { id: 'a0', name: 'Metro Telecom', kind, chain: [{ id: 'a0', name: 'Metro Telecom' }], time_zone: 'Europe/Berlin' };
  return { user: { id: 'u0', email: 'anna@metro.example', first: 'Anna', last: 'Weber', lang: 'en', theme: 'auto', mfa: w.mfa, phone: '+49 30 5550', ver: 3 }, memberships: [{ id: 'm0', account: { id: account.id, name: account.name, kind }, role: 'owner' }, { id: 'm1', account: { id: 'c0', name: 'North Channel', kind: 'channel' }, role: 'auditor' }], acting: { membership: 'm0', account }, may: w.may ?? may, idle_seconds: w.idle ?? 1800, mail_configured: w.mailSettings.configured, banners: w.banners ?? (w.mfa ? [] : [{ id: 'mfa', level: 'warn', text_key: 'banner.mfa_missing' }]) };
}

function quotaOf(w, id) {
  const a = w.accounts.find((x) => x.id === id);
  return { account: { id, name: a?.name ?? id }, ver: 1, kinds: Object.values(w.quota).map((k) => ({ ...k, left: k.unlimited ? null : k.granted - k.children - k.used })) };
}

export async function answer(w, method, path, q, b) {
  const at = `${method} ${path}`;
  const p = path.split('/').slice(1);
  if (at === 'GET /state') return [200, { setup: w.setup, version: '1.0.0', languages: ['en', 'zh-CN'], now: new Date().toISOString(), clock_unsure: false, signed_in: w.signedIn }];
  if (p[0] === 'setup') return setupAnswer(w, method, path, b, qr);
  if (at === 'GET /captcha') { const salt = randomBytes(8).toString('hex'); return [200, { salt, max: 20000, expires: ago(-600), challenge: createHash('sha256').update(salt + '1234').digest('hex'), signature: 'x' }]; }
  if (at === 'POST /session') {
    if (b.password === 'wrong') { w.fails++; return w.fails >= 5 ? [423, { code: 'locked', title: 'locked', retry_after: 300 }] : [401, { code: 'bad_credentials', title: 'wrong', details: { captcha: w.fails >= 3 } }]; }
    if (b.password === 'mfa') return [200, { state: 'mfa', ticket: 't' }];
    if (b.password === 'change') return [200, { state: 'change_password', ticket: 't' }];
    w.signedIn = true; w.fails = 0;
    return [200, { state: 'ok' }];
  }
  if (at === 'POST /session/code') { if (b.code !== '123456') return [401, { code: 'bad_code', title: 'bad code' }]; w.signedIn = true; return [200, { state: 'ok' }]; }
  if (at === 'POST /password/forgot') return [202, {}];
  if (at === 'POST /password/change' && b.ticket) return [200, { state: 'ok' }];
  if (p[0] === 'tokens') return method === 'POST' ? [202, {}] : p[1] === 'bad' ? notFound : [200, { purpose: p[1].startsWith('r') ? 'reset' : 'activation', email: 'tom@metro.example', account: 'Acme Dental', inviter: 'Anna Weber', ends: ago(p[1].includes('old') ? 9000 : -90000), state: p[1].includes('old') ? 'expired' : p[1].includes('used') ? 'used' : 'ok', resend_by: 'Anna Weber' }];
  if (at === 'POST /activate' || at === 'POST /password/reset') return [200, {}];
  if (!w.signedIn) return [401, { code: 'unauthenticated', title: 'sign in' }];
  if (at === 'GET /session') return [200, session(w)];
  if (at === 'DELETE /session') { w.signedIn = false; return [204]; }
  if (at === 'POST /session/touch') return [200, { idle_seconds: w.idle ?? 1800 }];
  if (p[0] === 'session') return [204];
  if (at === 'GET /overview') return [200, { counts: { pbxs_connected: w.pbxs.filter((x) => x.state === 'connected').length, pbxs: w.pbxs.length, accounts: w.accounts.length - 1, users: w.users.length, visits: w.visits.length, pbxs_awaiting: w.pbxs.filter((x) => x.state === 'awaiting').length }, health: [{ id: 'disk', level: 'ok', value: '41 %' }, { id: 'certificate', level: 'warn', value: '21 d', detail: 'console.localhost is valid until 2026-12-13' }, { id: 'backup', level: w.empty ? 'error' : 'ok', value: w.empty ? '' : '5 h' }, { id: 'mail', level: 'ok', value: '1' }, { id: 'clock', level: 'ok', value: ago(0) }] }];
  if (at === 'GET /accounts') return list(filtered(w.accounts.filter((a) => a.id !== 'a0'), q), q);
  if (at === 'GET /accounts/tree') return [200, { items: w.accounts.map((a) => ({ id: a.id, name: a.name, kind: a.kind, state: a.state, parent: a.parent, children: w.accounts.filter((x) => x.parent === a.id).length })) }];
  if (at === 'POST /accounts') {
    if (!b.account?.name) return [422, { title: 'invalid', code: 'invalid', errors: [{ path: 'account.name', code: 'required', message: 'name is required' }] }];
    if (b.account.name === 'Acme Dental') return [409, { title: 'conflict', code: 'name_taken', errors: [{ path: 'account.name', code: 'taken', message: 'This name is taken' }] }];
    if (q.get('dry_run')) return [200, { review: { account: { name: b.account.name, kind: b.kind, parent: 'Metro Telecom' }, realm: 'k7q2.metro.example', admin: b.admin, quota: Object.entries(b.quota).map(([kind, amount]) => ({ kind, amount, left_after: w.quota[kind]?.unlimited ? null : 500 })), mail: w.mailSettings.configured, warnings: [] } }];
    const a = { id: `n${w.accounts.length}`, name: b.account.name, kind: b.kind, parent: 'a0', owner: { id: 'a0', name: 'Metro Telecom' }, realm: 'k7q2.metro.example', state: b.admin ? 'unactivated' : 'active', pbxs: 0, users: 1, created_at: new Date().toISOString(), ver: 1, chain: [{ id: 'a0', name: 'Metro Telecom' }] };
    w.accounts.push(a);
    return [201, { account: a, activation: b.admin ? { mailed: false, link: 'https://console.localhost:8443/activate#t=Zk3vT0xq9mW2aa81uN', ends: ago(-7 * 86400) } : undefined }];
  }
  if (p[0] === 'accounts' && p[2] === 'quota') { if (method === 'PATCH') for (const [k, v] of Object.entries(b.set ?? {})) Object.assign(w.quota[k], { granted: v, unlimited: v === null }); return [200, quotaOf(w, p[1])]; }
  if (p[0] === 'accounts') {
    const a = w.accounts.find((x) => x.id === p[1]);
    if (!a) return notFound;
    if (p[2] === 'freeze') Object.assign(a, { state: 'frozen', freeze: { reason: b.reason, by: 'Anna Weber', at: new Date().toISOString() } });
    if (p[2] === 'unfreeze') Object.assign(a, { state: 'active', freeze: undefined });
    if (method === 'PATCH') Object.assign(a, b, { ver: a.ver + 1 });
    if (method === 'DELETE') w.accounts.splice(w.accounts.indexOf(a), 1);
    return [200, a];
  }
  if (at === 'GET /users') return list(filtered(w.users, q), q);
  if (at === 'POST /users') return [201, { user: w.users[0], mailed: true, ends: ago(-7 * 86400) }];
  if (p[0] === 'users') { if (p[2] === 'resend') return [200, { mailed: false, link: 'https://console.localhost:8443/activate#t=Zk3vT0xq9mW2aa81uN', ends: ago(-7 * 86400) }]; return [200, { mailed: true, ends: ago(-7 * 86400) }]; }
  if (at === 'GET /pbxs') return list(filtered(w.pbxs, q), q);
  if (at === 'GET /pbxs/connect') return [200, { server: 'console.localhost', port: 8443, pin: 'sha256/9nq2Yx0Jp3l8ZtVd6mKcQw1sRfUaHbGeTiOoPjLkMn4=', fingerprint_short: '7F1A-029C-44E1-885B', email: 'anna@metro.example' }];
  if (path === '/pbxs/codes') { if (method === 'GET') return list(w.codes, q); const c = { id: `k${w.codes.length}`, account: { id: b.account, name: w.accounts.find((a) => a.id === b.account)?.name ?? '' }, name: b.name, ends: ago(-7 * 86400) }; w.codes.push(c); return [201, { ...c, code: 'SK-7QK2-M9XD-4TPA' }]; }
  if (p[0] === 'pbxs' && p[1] === 'codes') { w.codes = w.codes.filter((c) => c.id !== p[2]); return [204]; }
  if (p[0] === 'pbxs' && p[1] === 'pair') return [200, {}];
  if (p[0] === 'pbxs') {
    const x = w.pbxs.find((r) => r.id === p[1]);
    if (!x) return notFound;
    if (p[2] === 'visits') return [201, { id: 'v9', url: 'about:blank' }];
    if (p[2] === 'approve') x.state = 'connected';
    if (p[2] === 'reject' || method === 'DELETE') w.pbxs.splice(w.pbxs.indexOf(x), 1);
    if (method === 'PATCH') Object.assign(x, b, { ver: x.ver + 1 });
    return [200, x];
  }
  if (at === 'GET /visits') return list(filtered(w.visits, q), q);
  if (at === 'GET /visits/probe') return [200, { probe_url: '' }];
  if (p[0] === 'visits') { w.visits = w.visits.filter((v) => v.id !== p[1]); return [204]; }
  if (at === 'GET /audit') return list(filtered(w.audit, q), q);
  if (at === 'GET /mail') return list(filtered(w.mails, q), q);
  if (path === '/mail/settings') { if (method === 'PUT') w.mailSettings = { ...b, password: undefined, has_password: true, configured: true, ver: 4 }; return [200, w.mailSettings]; }
  if (at === 'POST /mail/test') return b.settings?.host === 'bad' ? [200, { ok: false, answer: 'dial tcp: connection refused' }] : [200, { ok: true, answer: '250 2.0.0 Ok: queued as 8C1B2' }];
  if (p[0] === 'mail') return [200, {}];
  if (at === 'GET /me') return [200, { ...session(w).user, recovery_left: 8, ver: 1 }];
  if (at === 'GET /me/sessions') return list([{ id: 's0', created_at: ago(4000), seen_at: ago(5), ip: '192.168.1.20', user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36', current: true }, { id: 's1', created_at: ago(90000), seen_at: ago(80000), ip: '10.0.0.7', user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Mobile Safari/604.1', current: false }], q);
  if (at === 'POST /me/totp') return [200, { secret: 'JBSWY3DPEHPK3PXPJBSWY3DP', uri: 'otpauth://totp/Switchkeep:anna', qr_svg: qr }];
  if (at === 'POST /me/totp/confirm' || at === 'POST /me/recovery-codes') { w.mfa = true; return [200, { recovery_codes: Array.from({ length: 10 }, (_, i) => `k7q2m-9xd4t-pa8w${i}-z3v6h`) }]; }
  if (p[0] === 'me') { if (method === 'DELETE' && p[1] === 'totp') w.mfa = false; return [200, {}]; }
  if (at === 'GET /search') { const t = (q.get('q') ?? '').toLowerCase(); const g = (kind, items) => ({ kind, items: items.slice(0, 5) }); return [200, { groups: [g('account', w.accounts.filter((a) => a.name.toLowerCase().includes(t)).map((a) => ({ id: a.id, label: a.name, sub: a.kind, href: `/accounts/${a.id}` }))), g('pbx', w.pbxs.filter((x) => (x.name + x.serial).toLowerCase().includes(t)).map((x) => ({ id: x.id, label: x.name, sub: x.serial, href: `/pbxs/${x.id}` })))] }]; }
  if (at === 'GET /operations') return list(w.operations, q);
  if (at === 'GET /system') return [200, { version: '1.0.0', started_at: ago(86400 * 4), host: 'console.localhost', fingerprint: '7F:1A:02:9C:44:E1:88:5B:11:20:9A:BC', clock: { sure: !w.unsure, reason: '', now: new Date().toISOString(), mark: ago(5) }, rev: 48213, streams: 3 }];
  if (at === 'GET /system/certificates') return list([{ id: 'c1', subject: 'console.localhost', names: ['console.localhost', '192.168.1.5'], not_before: ago(9e6), renew_at: ago(-5 * 86400), not_after: ago(-21 * 86400), days_left: 21, in_use: true, fingerprint: '7F:1A:02:9C:44:E1:88:5B:11:20:9A:BC' }, { id: 'c2', subject: '*.visit.localhost', names: ['*.visit.localhost'], not_before: ago(9e6), not_after: ago(-300 * 86400), days_left: 300, in_use: true, fingerprint: '1B:40:7C:9C:44:E1:88:5B:11:20:9A:BC' }], q);
  if (path === '/system/backups') { if (method === 'POST') w.operations.unshift({ id: randomUUID(), kind: 'backup', label: 'Backup', state: 'running', done: 2, total: 5, started_at: new Date().toISOString() }); return method === 'POST' ? [202, w.operations[0]] : list(w.backups, q); }
  if (at === 'GET /system/doctor') return [200, { findings: [{ id: 'port.tcp.8443', level: 'ok', title_key: 'doctor.port', detail: '8443 is ours' }, { id: 'clock', level: 'ok', title_key: 'doctor.clock', detail: 'synchronised' }, { id: 'disk', level: 'warn', title_key: 'doctor.disk', detail: '6.1 GB of 40 GB', fix: 'Free some space or move the data folder.' }] }];
  if (p[0] === 'system') return [200, {}];
  return [404, { title: `mock has no ${at}`, code: 'not_found' }];
}
