'use strict';
const texts = {
  zh: {
    title: '远程管理', language: '语言', gate: '打开此页面', gate_hint: '请输入连接器打印的令牌（switchkeep-connector status 可查看）。', token: '令牌', open: '打开',
    status: '连接状态', auth: '认证', type: '远程连接服务器类型', custom: '自定义', server: '服务器地址', method: '激活方式', by_email: '通过邮箱', by_code: '认证码',
    email: '邮箱', password: '密码', mfa: '验证器应用的验证码（如已启用）', known: '服务器指纹（16 个字符）或公钥固定值，见控制台“连接 PBX”。仅当服务器使用公共证书时可留空。',
    auth_code: '认证码', account: '账户', more: '此 PBX', name: '在控制台中的名称', portal: 'Web 门户', serial: '序列号', model: '型号', firmware: '固件版本', save: '保存',
    connected: '已连接', connecting: '正在连接', disconnected: '已断开', awaiting: '等待批准', not_enrolled: '尚未连接',
    since: '自', message: '消息', via: '通道', retry: '下次尝试', portal_problem: '门户问题', choose: '请选择账户，然后再次保存。',
    wait: '请等待控制台中的批准，或检查您填写的数据。', locked: '尝试次数过多，请稍后再试：', wrong_token: '令牌不正确。', server_bad: '无法验证服务器，未发送密码。', gone: '连接器没有响应。',
    firmware_too_old: '固件版本过低，请升级 PBX 后重试。', frozen: '账户已被冻结：', quota_exceeded: '订阅已满：没有剩余的远程管理连接。请联系您的服务商。', seconds: '秒',
  },
  en: {
    connected: 'Connected', connecting: 'Connecting', disconnected: 'Disconnected', awaiting: 'Awaiting approval', not_enrolled: 'Not connected yet',
    since: 'Since', message: 'Message', via: 'Carrier', retry: 'Next attempt', portal_problem: 'Portal problem', choose: 'Choose the account, then save again.',
    wait: 'Wait for approval in the console, or check your data.', locked: 'Too many attempts, try again in', wrong_token: 'The token is wrong.',
    server_bad: 'The server could not be verified; no password was sent.', gone: 'The connector does not answer.', seconds: 's',
  },
};
const byId = (id) => document.getElementById(id);
const english = {};
for (const el of document.querySelectorAll('[data-t]')) english[el.dataset.t] = el.textContent;
let lang = (localStorage.getItem('lang') || navigator.language || 'en').startsWith('zh') ? 'zh' : 'en';
const t = (key) => texts[lang][key] || english[key] || texts.en[key] || '';

function translate() {
  document.documentElement.lang = lang === 'zh' ? 'zh-Hans' : 'en';
  byId('lang').value = lang;
  for (const el of document.querySelectorAll('[data-t]')) el.textContent = t(el.dataset.t);
  document.title = t('title') + ' – Switchkeep';
}

async function call(method, path, body) {
  const opt = { method, headers: {} };
  if (body) {
    opt.headers['Content-Type'] = 'application/json';
    opt.body = JSON.stringify(body);
  }
  const r = await fetch(path, opt);
  return { ok: r.ok, status: r.status, data: await r.json().catch(() => ({})) };
}

function say(text) { byId('problem').textContent = text; }

function facts(rows) {
  const dl = byId('facts');
  dl.replaceChildren();
  for (const [name, value] of rows) {
    if (!value) continue;
    const dt = document.createElement('dt');
    const dd = document.createElement('dd');
    dt.textContent = name;
    dd.textContent = value;
    dl.append(dt, dd);
  }
}

const when = (s) => (s ? new Date(s).toLocaleString(document.documentElement.lang) : '');
let filled = false;

function show(d) {
  const s = d.status;
  const state = d.pending && s.state !== 'connected' ? 'awaiting' : s.state;
  byId('gate').hidden = true;
  byId('state').hidden = false;
  byId('setup').hidden = false;
  const badge = byId('badge');
  badge.className = 'badge ' + state;
  badge.textContent = t(state);
  facts([
    [t('server'), s.server], [t('name'), s.name], [t('serial'), s.serial || d.device.serial], [t('since'), when(s.since)], [t('via'), s.carrier],
    [t('message'), state === 'awaiting' ? t('wait') : s.message], [t('retry'), when(s.retry)], [t('portal'), s.portal.url], [t('portal_problem'), s.portal.problem],
  ]);
  if (filled) return;
  filled = true;
  const f = byId('form').elements;
  f.server.value = s.server || '';
  f.email.value = d.email || '';
  f.portal.value = d.portal || '';
  f.serial.value = d.device.serial || '';
  f.model.value = d.device.model || '';
  f.firmware.value = d.device.firmware || '';
}

async function refresh() {
  try {
    const r = await call('GET', '/api/status');
    if (r.ok) show(r.data);
    else {
      byId('gate').hidden = false;
      byId('state').hidden = byId('setup').hidden = true;
    }
  } catch {
    byId('badge').textContent = t('gone');
  }
}

async function open(token) {
  const r = await call('POST', '/api/session', { token });
  if (!r.ok) {
    byId('gate').hidden = false;
    byId('gate-form').elements.token.setCustomValidity(r.status === 423 ? t('locked') + ' ' + r.data.retry_s + ' ' + t('seconds') : t('wrong_token'));
    byId('gate-form').reportValidity();
  }
  await refresh();
}

function explain(d) {
  if (d.code === 'server') return t('server_bad') + ' ' + (d.message || '');
  if (d.code === 'frozen' && lang === 'zh') return t('frozen') + ((d.details || {}).reason || '');
  if (lang === 'zh' && texts.zh[d.code]) return t(d.code);
  return d.message || d.code;
}

async function save(event) {
  event.preventDefault();
  const form = byId('form');
  const body = Object.fromEntries(new FormData(form));
  byId('save').disabled = true;
  say('');
  try {
    const r = await call('POST', '/api/enroll', body);
    if (r.ok) form.elements.password.value = form.elements.code.value = form.elements.auth_code.value = '';
    if (r.ok && r.data.state === 'awaiting') say(t('wait'));
    if (r.data.code === 'choose') {
      const sel = byId('account');
      sel.replaceChildren(...r.data.accounts.map((a) => new Option(a.name, a.id)));
      byId('account-row').hidden = false;
      say(t('choose'));
    } else if (!r.ok) say(explain(r.data));
  } catch {
    say(t('gone'));
  }
  byId('save').disabled = false;
  await refresh();
}

function method() {
  const code = byId('method').value === 'code';
  byId('by-email').hidden = code;
  byId('by-code').hidden = !code;
}

byId('lang').addEventListener('change', (e) => {
  lang = e.target.value;
  localStorage.setItem('lang', lang);
  translate();
  refresh();
});
byId('form').addEventListener('submit', save);
byId('method').addEventListener('change', method);
byId('gate-form').addEventListener('submit', (e) => {
  e.preventDefault();
  open(e.target.elements.token.value);
});
byId('gate-form').elements.token.addEventListener('input', (e) => e.target.setCustomValidity(''));
translate();
method();
const token = new URLSearchParams(location.hash.slice(1)).get('t');
if (token) {
  history.replaceState(null, '', '/');
  open(token);
} else refresh();
setInterval(refresh, 2000);
