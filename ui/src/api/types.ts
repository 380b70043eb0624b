import type { components, operations, paths } from './api';

/** The shapes of /api/v1 under the names that pages use. They come from the route table: api.d.ts is made by `make generate`. */
type S = components['schemas'];

/** What an operation answers. */
type Answer<O extends keyof operations> = operations[O]['responses'] extends { 200: { content: { 'application/json': infer T } } } ? T : never;

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Below<P> = P extends `/api/v1${infer R}` ? R : never;
type Filled<P extends string> = P extends `${infer A}{${string}}${infer B}` ? `${A}${string}${Filled<B>}` : P;
/** The paths that have this method, each {parameter} any text. A route that goes away breaks its callers. */
export type Path<M extends Method> = { [P in keyof paths]: paths[P][M] extends { responses: unknown } ? Filled<Below<P>> : never }[keyof paths];

export type FieldError = NonNullable<S['Problem']['errors']>[number];
/** Without an answer (status 0) only a code is known. */
export type Problem = Partial<S['Problem']>;
export type List<T> = { items: T[]; next: string | null; total: number };
export type Ref = S['Named'];
export type AccountKind = S['AccountRef']['kind'];

export type State = S['State'];
export type Person = S['Me'];
export type Membership = S['Membership'];
export type Banner = S['Banner'];
export type Session = S['SessionView'];
export type SignInAnswer = S['SignedIn'];
export type Captcha = Answer<'captcha'>;
export type TokenInfo = S['LinkInfo'];
export type MySession = S['SessionRow'];
export type TOTP = Answer<'me_totp'>;

/** A line of the list, or the whole account. */
export type Account = S['AccountRow'] & Partial<S['AccountDetail']>;
export type TreeNode = Ref & { kind: AccountKind } & Partial<Omit<S['AccountNode'], 'id' | 'name' | 'kind'>>;
export type QuotaKind = S['QuotaLine'];
export type Quota = S['QuotaView'];
export type Admin = S['AccountAdmin'];
/** What the wizard holds: every field is there, the server takes some as optional. */
export type Plan = Omit<S['AccountAddInBody'], 'parent' | 'admin' | 'quota' | 'account'> & {
  parent: string; admin: Admin | null; quota: Record<string, number | null>;
  account: Required<Omit<S['AccountFields'], 'note' | 'permission'>>;
};
export type Review = S['AccountReview'];
/** Without dry_run the account is made. */
export type Created = Omit<S['AccountMade'], 'account'> & { account: NonNullable<S['AccountMade']['account']> };

export type User = S['UserRow'];
export type Invited = S['InviteMade'];

export type PBXState = S['PBXRow']['state'];
/** A line of the list, or the whole PBX. */
export type PBX = S['PBXRow'] & Partial<S['PBXDetail']>;
export type ConnectInfo = S['PBXConnect'];
/** A code; its text is shown once. */
export type Code = S['PBXCode'] & Partial<S['PBXCodeMade']>;
export type Visit = S['VisitRow'];

export type AuditRow = S['AuditRow'];
export type MailRow = S['MailRow'];
export type MailSettings = Omit<S['MailSettings'], 'security'> & { security: S['MailSettingsBody']['security'] };

export type Level = 'ok' | 'warn' | 'error' | 'unknown';
export type Finding = Omit<S['Overview']['health'][number], 'level'> & { level: Level };
export type Health = Finding;
export type Overview = Omit<S['Overview'], 'health'> & { health: Finding[] };
export type Certificate = S['Certificate'];
export type Backup = S['Backup'];
export type System = S['System'];
export type Operation = Omit<S['Operation'], 'state'> & { state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' };
export type SearchGroup = S['SearchGroup'];
