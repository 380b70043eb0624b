import i18next from 'i18next';
import { fullTime } from './dates';

/** What the server's own checks say in English, and the message that says the same in the reader's language. */
const sentences: [RegExp, string][] = [
  [/^set the clock or switch on time synchronisation \(timedatectl set-ntp true\), or confirm the time in the console under System$/, 'clockBadFix'],
  [/^choose a port above 1023, or run the packaged service, which holds CAP_NET_BIND_SERVICE$/, 'portPick'],
  [/^without a recovery recipient no backup is made that can be restored on a new host$/, 'recoveryNone'],
  [/^no mail server is configured: links are shown once instead of being sent$/, 'mailNone'],
  [/^timedatectl set-ntp true, with a time server that this network reaches$/, 'clockFix'],
  [/^load a new certificate in the console under System, Certificates$/, 'certFix'],
  [/^make the recovery sheet in the console under System, Backups$/, 'backupFix'],
  [/^delete old captures, logs or backups, or enlarge the disk$/, 'diskFix'],
  [/^test the mail server in the console under System, Mail$/, 'mailFix'],
  [/^Copy the newest archive of the backups folder to it\.$/, 'how2'],
  [/^the operating system does not follow a time source$/, 'clockUnsynced'],
  [/^Install the same or a newer version on a new host\.$/, 'how1'],
  [/^no recovery recipient is set: backups are refused$/, 'backupRefused'],
  [/^stop what holds it, or choose another port$/, 'portStop'],
  [/^make the recovery sheet now$/, 'recoveryFix'],
  [/^the mail queue is empty$/, 'mailEmpty'],
  [/^there is no backup yet$/, 'backupNone'],
  [/^synchronised$/, 'clockSynced'],
  [/^(.+?) does not resolve on this machine; visits will use the visit ports instead$/, 'resolvesPorts'],
  [/^(.+?) is resolved by browsers on this machine, and only there$/, 'resolvesLocal'],
  [/^(.+?) does not resolve on this machine$/, 'resolvesNot'],
  [/^Run: (.+?), and type this passphrase\.$/, 'how3'],
  [/^(.+?) is no address of this machine$/, 'noAddress'],
  [/^the last backup failed: (.+?)$/, 'backupFailed'],
  [/^the last backup is from (.+?)$/, 'backupFrom'],
  [/^add to the DNS: (.+?)$/, 'dnsAdd'],
  [/^the time (.+?) cannot be believed \((.+?)\): nothing expires and nothing is deleted$/, 'clockBad'],
  [/^(.+?) % used, (.+?) GB free: everything but sign-in and deletion is refused$/, 'diskFull'],
  [/^(.+?) for (.+?) may not be opened by this user$/, 'portDenied'],
  [/^(.+?) letters wait, the oldest since (.+?)$/, 'mailWait'],
  [/^(.+?) cannot be written: (.+?)$/, 'notWritable'],
  [/^(.+?) for (.+?) is open here$/, 'portOpen'],
  [/^(.+?) % used, (.+?) GB free$/, 'diskUsed'],
  [/^(.+?) is writable, on (.+?)$/, 'writable'],
  [/^(.+?) is valid until (.+?)$/, 'certUntil'],
  [/^(.+?) for (.+?) is taken$/, 'portTaken'],
  [/^(.+?) for (.+?) is free$/, 'portFree'],
  [/^(.+?) ended on (.+?)$/, 'certEnded'],
  [/^(.+?) leads to (.+?)$/, 'resolves'],
  [/^(.+?) for (.+?) is taken by (.+?)$/, 'portTakenBy'],
];

/** The reader's words for a sentence of the server; the sentence itself where there are none. */
export function said(text: string): string {
  for (const [pattern, key] of sentences) {
    const m = pattern.exec(text);
    if (m) {
      const [a, b, c] = m.slice(1).map((x) => (/^\d{4}-\d\d-\d\dT/.test(x) ? fullTime(x) : x));
      return (i18next.t as (k: string, o: object) => string)(`said.${key}`, { a, b, c });
    }
  }
  return text;
}
