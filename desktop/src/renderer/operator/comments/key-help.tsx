import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

const KEYS = [
  [['L'], 'list'],
  [['↑', '↓', 'J', 'K'], 'move'],
  [['Home', 'End', 'PgUp', 'PgDn'], 'far'],
  [['C', 'Enter'], 'correct'],
  [['U'], 'undo'],
  [['F'], 'fold'],
  [['P'], 'pause'],
  [['/'], 'search'],
  [['Esc'], 'leave'],
  [['Q'], 'answers'],
  [['G'], 'products'],
  [['O'], 'orders'],
  [['I'], 'actions'],
  [['A', 'X'], 'accept'],
  [['D'], 'hold'],
  [['K'], 'kill'],
  [['T'], 'message'],
  [['V'], 'view'],
  [['?'], 'help'],
] as const;

/** All keys of the operator's screen, and what a correction does and does not do. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog className="dialog keys" ref={dialog} onClose={onClose} aria-label={t('keys.title')}>
      <h2>{t('keys.title')}</h2>
      <table>
        <tbody>
          {KEYS.map(([keys, words]) => (
            <tr key={words}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </th>
              <td>{t(`keys.${words}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dim">{t('keys.about')}</p>
      <div className="row-line">
        <button type="button" className="button main row-end" autoFocus onClick={() => dialog.current?.close()}>
          {t('keys.close')}
        </button>
      </div>
    </dialog>
  );
}
