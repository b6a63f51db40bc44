import { useTranslation } from 'react-i18next';
import type { SettingsChange, SettingsWarning } from '@livecue/shared/contract';
import { useSettingName } from './form-facts.ts';

const CUT = 160;
const cut = (text: string) => (text.length > CUT ? `${text.slice(0, CUT)}…` : text);

/** `connectors.shop.settings.currency` is called by its field, with its source before it. */
function useChangeName() {
  const { t } = useTranslation();
  const name = useSettingName();
  return (path: string) => {
    const [, source, rest = ''] = /^connectors\.([^.]+)\.(.+)$/.exec(path) ?? [];
    if (source === undefined) return name(path);
    const own = { connector: t('settings.kind'), enabled: t('settings.on'), endpoints: t('settings.endpoints'), name: t('settings.name') }[rest]; // prettier-ignore
    return `${source} · ${own ?? name(path)}`;
  };
}

/** What changes: old and new value by path. */
export function ChangeTable({ changes }: { changes: readonly SettingsChange[] }) {
  const { t } = useTranslation();
  const name = useChangeName();
  const value = (text: string | null) => (text === null ? <span className="dim">{t('settings.notThere')}</span> : text === 'null' ? '–' : cut(text)); // prettier-ignore
  return (
    <table className="change-table">
      <thead>
        <tr>
          <th>{t('settings.setting')}</th>
          <th>{t('settings.before')}</th>
          <th>{t('settings.after')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ path, before, after }) => (
          <tr key={path}>
            <td className="wrapped">
              {name(path)} <span className="mono dim">{path}</span>
            </td>
            <td className="wrapped old-value">{value(before)}</td>
            <td className="wrapped">{value(after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What should be known before. */
export function Warnings({ warnings }: { warnings: readonly SettingsWarning[] }) {
  const { t } = useTranslation();
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} className="remedy">
          {t(`settings.warning.${warning}`)}
        </p>
      ))}
    </>
  );
}
