import { useTranslation } from 'react-i18next';
import type { Words } from '@livecue/shared/prompt';
import type { Language } from './i18n.ts';

/** Numbers with their units in the language of the panel. */
export interface Units {
  readonly language: Language;
  /** 0.4 s · 22 s · 3 min · 2.0 h */
  age(ms: number): string;
  /** Minutes to come: 8′ · 8.2′ · 2.4 h */
  ahead(minutes: number): string;
  /** 2:40 · 1:12:07 */
  duration(ms: number): string;
  count(n: number): string;
  /** At most one digit behind the point. */
  rate(n: number): string;
  percent(ratio: number): string;
  /** `amount` is a decimal number as text, `currency` of ISO 4217; `whole` leaves cents out. */
  money(amount: string, currency: string, whole?: boolean): string;
  bytes(n: number): string;
  /** Local time of day, with seconds. */
  clock(unixMs: number): string;
  /** Local date, 2026-05-01. */
  date(unixMs: number): string;
  /** Local day of the week and time, Mon 20:00. */
  weekday(unixMs: number): string;
  words(words: Words): string;
}

const two = (n: number) => String(n).padStart(2, '0');

export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** 99.96 % is not 100 %: ratios are cut, never rounded up to whole. */
export function percent(ratio: number): string {
  return `${(Math.floor(ratio * 1000) / 10).toFixed(1)} %`;
}

export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  return n < 1_000_000 ? `${(n / 1000).toFixed(1)} kB` : `${(n / 1_000_000).toFixed(1)} MB`;
}

export function clock(unixMs: number): string {
  const at = new Date(unixMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function date(unixMs: number): string {
  const at = new Date(unixMs);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Making one takes longer than all that a screen writes with it: each is made once for a language. */
const FORMATS = { zh: formatsOf('zh-CN'), en: formatsOf('en') };

function formatsOf(locale: string) {
  return {
    locale,
    number: new Intl.NumberFormat(locale),
    rate: new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }),
    weekday: new Intl.DateTimeFormat(locale, { weekday: 'short' }),
  };
}

export function useUnits(): Units {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en';
  const { locale, number, rate, weekday } = FORMATS[language];
  const age = (ms: number) => {
    const s = Math.max(0, ms) / 1000;
    if (s < 9.95) return t('age.s', { n: s.toFixed(1) });
    if (s < 120) return t('age.s', { n: Math.round(s) });
    return s < 7200 ? t('age.min', { n: Math.round(s / 60) }) : t('age.h', { n: (s / 3600).toFixed(1) });
  };
  return {
    language,
    age,
    ahead: (minutes) =>
      minutes < 120
        ? t('eta.minutes', { n: rate.format(minutes < 10 ? minutes : Math.round(minutes)) })
        : t('eta.hours', { n: rate.format(minutes / 60) }),
    duration,
    bytes,
    clock,
    date,
    weekday: (unixMs) => `${weekday.format(unixMs)} ${clock(unixMs).slice(0, 5)}`,
    percent,
    money: (amount, currency, whole = false) =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        currencyDisplay: 'narrowSymbol',
        ...(whole ? { maximumFractionDigits: 0 } : {}),
      }).format(Number(amount)),
    count: (n) => number.format(n),
    rate: (n) => rate.format(n),
    words: (w) => w[language],
  };
}
