import i18next, { type i18n as I18n, type TOptions } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Messages } from './en';

export const languages = [
  { id: 'en', label: 'English' },
  { id: 'zh-CN', label: '简体中文' },
] as const;
export type Lang = (typeof languages)[number]['id'];

/** A translation has the very shape of the English messages. */
export type Translation<T> = { readonly [K in keyof T]: T[K] extends string ? string : Translation<T[K]> };

declare module 'i18next' {
  interface CustomTypeOptions { defaultNS: 'm'; resources: { m: Messages }; returnNull: false }
}

const loaders: Record<Lang, () => Promise<{ default: Translation<Messages> }>> = {
  en: () => import('./en'),
  'zh-CN': () => import('./zh'),
};

export const pick = (wanted: string | null | undefined): Lang | undefined => {
  if (!wanted) return undefined;
  const w = wanted.toLowerCase();
  if (w.startsWith('zh')) return 'zh-CN';
  return languages.find((l) => w.startsWith(l.id))?.id;
};

const stored = (): string | null => { try { return localStorage.getItem('sk.lang'); } catch { return null; } };

/** The language of this browser: chosen before, else its own. */
export const preferred = (): Lang => pick(stored()) ?? navigator.languages.map(pick).find(Boolean) ?? 'en';

export async function startLanguage(lang: Lang = preferred()): Promise<I18n> {
  await i18next.use(initReactI18next).init({
    lng: lang, defaultNS: 'm', ns: ['m'], resources: {}, interpolation: { escapeValue: false }, returnNull: false, react: { useSuspense: false },
  });
  await setLanguage(lang, false);
  return i18next;
}

export async function setLanguage(lang: Lang, remember = true): Promise<void> {
  if (!i18next.hasResourceBundle(lang, 'm')) i18next.addResourceBundle(lang, 'm', (await loaders[lang]()).default);
  await i18next.changeLanguage(lang);
  document.documentElement.lang = lang;
  document.documentElement.dir = i18next.dir(lang);
  if (remember) try { localStorage.setItem('sk.lang', lang); } catch { /* private mode: the choice lives as long as the tab */ }
}

export const currentLang = (): Lang => pick(i18next.language) ?? 'en';

/** A word whose key comes from the server: the key itself, or the fallback, is shown when it is not ours. */
export function word(key: string, fallback?: string, params?: TOptions): string {
  return i18next.exists(key) ? (i18next.t as (k: string, o?: TOptions) => string)(key, params) : (fallback ?? key);
}
