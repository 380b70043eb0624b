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

export type Person = { id: string; email: string; first: string; last: string; lang: string; theme: string; mfa: boolean };
export type Membership = { id: string; account: Ref & { kind: AccountKind }; role: string };
export type Banner = { id: string; level: 'info' | 'warn' | 'error'; text_key: string; params?: Record<string, string | number> };
export type Session = {
  user: Person; memberships: Membership[];
  acting: { membership: string; account: Ref & { kind: AccountKind; chain: Ref[]; time_zone?: string } };
  may: string[]; idle_seconds: number; mail_configured: boolean; banners: Banner[];
};
export type SignInAnswer = { state: 'ok' | 'mfa' | 'change_password'; ticket?: string };
export type Captcha = { salt: string; max: number; expires: string | number; challenge: string; signature: string };
export type TokenInfo = { purpose: 'activation' | 'reset' | string; email: string; account?: string; inviter?: string; ends: string; state: 'ok' | 'expired' | 'used'; resend_by?: string };
export type MySession = { id: string; created_at: string; seen_at: string; ip: string; user_agent: string; current: boolean };
export type TOTP = { secret: string; uri: string; qr_svg: string };

export type Account = {
  id: string; name: string; kind: AccountKind; parent?: string; owner?: Ref; realm: string;
  state: 'active' | 'frozen' | 'unactivated'; freeze?: { reason: string; by: string; at: string; inherited?: boolean };
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
  state: 'active' | 'invited' | 'expired' | 'locked'; mfa: boolean; seen_at?: string; created_at: string; ver: number; you?: boolean;
};
export type Invited = { user?: User; activation?: { link?: string; mailed: boolean; ends: string } };

export type PBXState = 'connected' | 'disconnected' | 'awaiting' | 'unknown' | 'duplicate';
export type PBX = {
  id: string; name: string; account: Ref; serial: string; model: string; firmware: string; state: PBXState; since?: string;
  address?: string; version?: string; uptime_s?: number; pair?: { id: string; role: 'primary' | 'secondary'; live?: 'active' | 'standby' };
  visit_allowed?: boolean; enrolled_by?: string; fingerprint?: string; created_at?: string; ver: number;
};
export type ConnectInfo = { server: string; port: number; pin: string; fingerprint_short: string; email: string; download?: string };
export type Code = { id: string; code?: string; account: Ref; name: string; ends: string; created_at?: string; used?: boolean };
export type Visit = { id: string; pbx: Ref; account: Ref; user: string; reason: string; started_at: string; active_at?: string; address?: string; mode?: string; requests?: number };

export type AuditRow = {
  id: string; at: string; user: string; subject?: string; action: string; object: string; object_kind?: string; account?: string;
  ip: string; result: 'ok' | 'refused' | 'failed'; code?: string; detail?: Record<string, string>; request?: string; user_agent?: string;
};
export type MailRow = { id: string; at: string; to: string; template: string; account?: string; state: 'queued' | 'sent' | 'deferred' | 'refused'; answer?: string; attempts?: number; next_at?: string };
export type MailSettings = { host: string; port: number; security: 'starttls' | 'tls' | 'none'; user: string; password?: string; has_password?: boolean; from: string; configured?: boolean; ver?: number };

export type Level = 'ok' | 'warn' | 'error' | 'unknown';
export type Health = { id: string; level: Level; title_key?: string; value?: string | number; params?: Record<string, string | number>; percent?: number };
export type Overview = { counts: Record<string, number>; health?: Health[] };
export type Certificate = { id?: string; name: string; names?: string[]; use?: string; issuer: string; not_after: string; days: number; fingerprint: string };
export type Backup = { id: string; at: string; bytes: number; result: 'ok' | 'failed' | 'running'; error?: string; secrets?: boolean; version?: string };
export type Finding = { id: string; level: Level; title?: string; title_key?: string; detail?: string; fix?: string };
export type System = {
  version: string; go?: string; started_at: string; now: string; clock_unsure: boolean; data_dir?: string; store_bytes?: number;
  hosts?: string[]; installation?: string; restored?: boolean;
};
export type Operation = { id: string; kind: string; label: string; state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'; done: number; total: number; started_at?: string; ended_at?: string; error?: string };
export type SearchGroup = { kind: string; items: { id: string; label: string; sub?: string; href: string }[] };
