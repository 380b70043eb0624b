// The set-up wizard's part of the mock server.
const draft = { names: { host: 'console.localhost', https_port: 8443, http_port: 8080, public_addresses: [], inside_addresses: ['192.168.1.5'], visit_zone: 'visit.localhost' }, certificate: { mode: 'internal' }, mail: null, recovery: { kind: 'passphrase' }, operator: { organization: '', first: '', last: '', email: '', password: '', lang: 'en', time_zone: 'Europe/Berlin', totp: null } };

export function setupAnswer(w, method, path, b, qr) {
  switch (`${method} ${path}`) {
    case 'GET /setup': return [200, { defaults: draft, interfaces: ['192.168.1.5', '10.8.0.2'], ends: new Date(Date.now() + 25 * 60e3).toISOString(), fingerprint: '7F:1A:02:9C:44:E1:88:5B:11:20:9A:BC:7F:1A:02:9C:44:E1:88:5B:11:20:9A:BC:7F:1A:02:9C:44:E1:88:5B', version: '1.0.0' }];
    case 'GET /setup/status': return [200, { state: w.setup ? 'open' : 'done' }];
    case 'POST /setup/check':
      if (b.draft?.names?.host === 'bad') return [422, { title: 'invalid', code: 'invalid', errors: [{ path: 'names.host', code: 'format', message: 'not a host name' }] }];
      return [200, { findings: [{ id: 'port_https', level: 'ok', title_key: 'doctor.port', detail: '8443 is free' }, { id: 'resolve', level: 'warn', title_key: 'doctor.name', detail: 'console.localhost resolves on this machine only', fix: 'Fine for a first look. For others, add the name to your DNS.' }, { id: 'clock', level: 'ok', title_key: 'doctor.clock', detail: 'synchronised' }, { id: 'disk', level: 'ok', title_key: 'doctor.disk', detail: '31 GB free' }] }];
    case 'POST /setup/mail-test': return b.mail.host === 'bad' ? [200, { ok: false, answer: 'dial tcp: lookup bad: no such host' }] : [200, { ok: true, answer: '250 2.0.0 Ok: queued as 4F2A1' }];
    case 'POST /setup/recovery': return [200, { passphrase: 'copper-lantern-orbit-velvet-quiet-maple-river', sheet: { product: 'Switchkeep', installation: '7f1a029c', host: 'console.localhost', created: new Date().toISOString(), fingerprint: '7F:1A:02:9C:44:E1:88:5B', how: ['Install Switchkeep of the same or a newer version on the new host.', 'switchkeep restore BACKUP.tar', 'Type the passphrase of this sheet when asked.'] } }];
    case 'POST /setup/totp': return [200, { secret: 'JBSWY3DPEHPK3PXPJBSWY3DP', uri: 'otpauth://totp/Switchkeep', qr_svg: qr }];
    case 'POST /setup/apply': return [200, { handover_url: '/setup/confirm#c=ticket', ends: new Date(Date.now() + 120e3).toISOString() }];
    case 'POST /setup/confirm': w.setup = false; return [200, { recovery_codes: Array.from({ length: 10 }, (_, i) => `k7q2m-9xd4t-pa8w${i}-z3v6h`), sign_in: '/sign-in' }];
    default: return [404, { title: 'not found', code: 'not_found' }];
  }
}
