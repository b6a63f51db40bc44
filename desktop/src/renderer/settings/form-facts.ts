import { useTranslation } from 'react-i18next';
import type { SettingsProblem } from '@livecue/shared/contract';
import type { FormFacts } from '../parts/schema-form.tsx';
import { SETTING_WORDS, SOURCE_WORDS } from '../words/settings-fields.ts';
import { useUnits } from '../words/units.ts';

/** `connectors.3.settings.channel` → `channel`; null: not of a source. */
const sourceField = (path: string): string | null => /^connectors\.[^.]+\.settings\.([^.]+)$/.exec(path)?.[1] ?? null;
const UNITS: readonly (readonly [RegExp, 'ms' | 'seconds' | 'minutes' | 'days' | 'bytes'])[] = [
  [/Ms$/, 'ms'], [/Seconds$|secondsBetweenCards$|silence_s$|tolerance_sec$/, 'seconds'], [/Minutes$/, 'minutes'], [/Days$/, 'days'], [/Bytes$|_bytes$/, 'bytes'],
]; // prettier-ignore

/** What a setting is called, by its dotted path, in the language of the panel. */
export function useSettingName(): (path: string) => string {
  const { language } = useUnits();
  return (path) => {
    const words = wordsOf(path);
    return words === undefined ? (path.split('.').at(-1) ?? path).replaceAll('_', ' ') : words[language === 'zh' ? 0 : 1]; // prettier-ignore
  };
}

function wordsOf(path: string) {
  const field = sourceField(path);
  if (field === null) return Object.hasOwn(SETTING_WORDS, path) ? SETTING_WORDS[path] : undefined;
  return Object.hasOwn(SOURCE_WORDS, field) ? SOURCE_WORDS[field] : undefined;
}

/** Names, help and problems of settings for the forms that are drawn from their schema. */
export function useFormFacts(
  problems: readonly SettingsProblem[],
  over: readonly { readonly path: string; readonly value: string }[] = [],
): FormFacts {
  const { t } = useTranslation();
  const { language } = useUnits();
  const name = useSettingName();
  return {
    label: name,
    help: (path, description) => (language === 'zh' ? wordsOf(path)?.[2] : description) ?? null,
    unit(path) {
      const unit = UNITS.find(([ending]) => ending.test(path))?.[1];
      return unit === undefined ? null : t(`settings.unit.${unit}`);
    },
    problem(path) {
      const found = problems.find((one) => one.path === path || one.path.startsWith(`${path}.`));
      if (found === undefined) return null;
      return found.path === path ? found.message : `${found.path.slice(path.length + 1)}: ${found.message}`;
    },
    over: (path) => over.find((one) => one.path === path)?.value ?? null,
  };
}
