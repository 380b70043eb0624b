/** The shapes of /api/v1, as the route table declares them. Times are RFC 3339 text, ids are opaque. */

export type FieldError = { path: string; code?: string; message: string };
export type Problem = {
  type?: string; title?: string; status?: number; code?: string; detail?: string;
  errors?: FieldError[]; details?: Record<string, unknown>; retry_after?: number; request?: string;
};
export type List<T> = { items: T[]; next: string | null; total: number };
export type Ref = { id: string; name: string };
export type AccountKind = 'operator' | 'channel' | 'enterprise';

export type State = { setup: boolean; version: string; languages: string[]; now: string; clock_unsure: boolean; signed_in: boolean };

export type Person = { id: string; email: string; first: string; last: string; lang: string; theme: string; mfa: boolean; phone?: string; time_zone?: string; ver: number };
export type Membership = { id: string; account: Ref & { kind: AccountKind }; role: string };
export type Banner = { id: string; level: 'info' | 'warn' | 'error'; text_key: string; params?: Record<string, string | number> };
export type Session = {
  user: Person; memberships: Membership[];
  acting: { membership: string; account: Ref & { kind: AccountKind; chain: Ref[]; time_zone?: string } };
  may: string[]; idle_seconds: number; mfa_required?: boolean; mail_configured: boolean; banners: Banner[];
};
export type SignInAnswer = { state: 'ok' | 'mfa' | 'change_password'; ticket?: string; mail_code?: boolean };
export type Captcha = { salt: string; max: number; expires: string | number; challenge: string; signature: string };
export type TokenInfo = { purpose: 'activation' | 'reset' | string; email: string; account?: string; inviter?: string; ends: string; state: 'ok' | 'expired' | 'used'; resend_by?: string; existing?: boolean; min_password?: number; first?: string; last?: string };
export type MySession = { id: string; created_at: string; seen_at: string; ip: string; user_agent: string; current: boolean };
export type TOTP = { secret: string; uri: string; qr_svg: string };

export type Account = {
  id: string; name: string; kind: AccountKind; parent?: string; owner?: Ref; realm: string;
  state: 'active' | 'frozen' | 'unactivated'; own?: boolean;
  frozen?: { reason: string; by: string; by_label: string; at: string }; frozen_at?: Ref; may?: string[];
  pbxs: number; users: number; created_at: string; time_zone?: string; lang?: string; country?: string; contact?: string;
  may_add_channels?: boolean; chain?: Ref[]; ver: number;
};
export type TreeNode = Ref & { kind: AccountKind; children?: number; state?: string; parent?: string };
export type QuotaKind = { kind: string; granted: number | null; children: number; used: number; left: number | null; unlimited: boolean };
export type Quota = { account: Ref; ver: number; kinds: QuotaKind[] };
export type Admin = { first: string; last: string; email: string; phone?: string; lang?: string };
export type Plan = {
  kind: AccountKind; parent: string;
  account: { name: string; time_zone: string; lang: string; country: string; contact: string; may_add_channels: boolean };
  admin: Admin | null; quota: Record<string, number | null>;
};
export type Review = {
  account: { name: string; kind: AccountKind; parent?: string }; realm: string; admin: Admin | null;
  quota: { kind: string; amount: number | null; left_after: number | null }[]; mail: boolean; warnings: string[];
};
export type Created = { account: Account; activation?: { link?: string; mailed: boolean; ends: string } };

export type User = {
  id: string; email: string; first: string; last: string; phone?: string; role: string; account: Ref;
  state: 'active' | 'invited' | 'expired'; mfa: boolean; managed?: boolean; invited_by?: string; signed_in_at?: string | null; ends?: string | null; created_at: string; ver: number; self?: boolean;
};
export type Invited = { user?: User; link?: string; mailed: boolean; ends: string };

export type PBXState = 'connected' | 'disconnected' | 'standby' | 'awaiting' | 'unknown' | 'duplicate' | 'revoked';
export type PBX = {
  id: string; name: string; account: Ref; serial: string; model: string; firmware: string; state: PBXState; since?: string;
  address?: string; version?: string; uptime_s?: number; pair?: { id: string; role: 'primary' | 'secondary'; live?: 'active' | 'standby' | '' };
  visit_allowed?: boolean; enrolled_by?: string; key_pin?: string; machine_id?: string; portal?: string; portal_up?: boolean; vip?: string; ends?: string | null;
  rival?: { serial: string; machine_id: string; address: string; at: string }; seen_at?: string | null; reason?: string; problem?: string; split_brain?: boolean; replaces?: string; created_at?: string; ver: number;
};
export type ConnectInfo = { server: string; port: number; pin: string; fingerprint_short: string; email: string; download?: string };
export type Code = { id: string; code?: string; account: Ref; name: string; ends: string; created_at?: string; created_by?: string; open?: boolean };
export type Visit = {
  id: string; pbx: Ref; account: Ref; user: { id: string; label: string }; reason: string; ip: string; mode: 'host' | 'port'; open?: boolean;
  created_at: string; last_activity?: string | null; idle_ends?: string | null; bytes_in?: number; bytes_out?: number; requests?: number; own?: boolean;
};

export type AuditRow = {
  id: string; at: string; user: { id: string; label: string }; subject?: { id: string; label: string }; action: string; object: { kind: string; id: string; label: string }; account?: Ref; reason?: string; sealed?: boolean;
  ip: string; result: 'ok' | 'refused' | 'failed'; code?: string; detail?: Record<string, string>; request?: string; user_agent?: string;
};
export type MailRow = { id: string; at: string; to: string; template: string; account?: Ref; lang?: string; state: 'queued' | 'sent' | 'deferred' | 'refused'; answer?: string; tries?: number; last?: string | null; next?: string | null };
export type MailSettings = { host: string; port: number; security: 'starttls' | 'tls' | 'none'; user: string; password?: string; has_password?: boolean; from: string; ca?: string; configured?: boolean; ver?: number };

export type Level = 'ok' | 'warn' | 'error' | 'unknown';
export type Health = { id: string; level: Level; title_key?: string; value?: string; detail?: string; fix?: string };
export type Overview = { counts: Record<string, number>; health?: Health[] };
export type Certificate = { id: string; subject: string; names: string[]; not_before: string; not_after: string; renew_at?: string | null; days_left: number; fingerprint: string; pin?: string; in_use?: boolean; problem?: string };
export type Backup = { id: string; name?: string; kind?: string; made: string; size: number; rev?: number; rows?: number; secrets?: boolean; version?: string; error?: string };
export type Finding = { id: string; level: Level; title?: string; title_key?: string; detail?: string; fix?: string };
export type System = { version: string; started_at: string; host: string; fingerprint: string; clock: { sure: boolean; reason: string; now: string; mark: string }; rev?: number; streams?: number; restored?: boolean };
export type Operation = { id: string; kind: string; label: string; state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'; done: number; failed?: number; total: number; created_at?: string; started_at?: string | null; ended_at?: string | null; error?: string };
export type SearchGroup = { kind: string; items: { id: string; label: string; sub?: string; href: string }[] };
