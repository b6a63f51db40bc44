import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { singular } from './singular.ts';
import { zh } from './zh.ts';
import { recall, remember } from '../parts/memory.ts';

export type Language = 'zh' | 'en';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

function applied(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

/** The language chosen last on this device, else the browser's. */
export function startWords(): void {
  const browser: Language = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const language = recall('language', ['zh', 'en'], browser);
  applied(language);
  const one = { type: 'postProcessor', name: 'singular', process: (text: string) => singular(text) } as const;
  void i18next
    .use(initReactI18next)
    .use(one)
    .init({
      postProcess: ['singular'],
      lng: language,
      fallbackLng: 'en',
      resources: { en: { translation: en }, zh: { translation: zh } },
      // React writes all words as text.
      interpolation: { escapeValue: false },
      initAsync: false,
    });
}

export function chooseLanguage(language: Language): void {
  remember('language', language);
  applied(language);
  void i18next.changeLanguage(language);
}
