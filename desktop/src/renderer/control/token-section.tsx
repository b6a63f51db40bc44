import { useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ControlToken, PanelArgs, PanelResult } from '@livecue/shared/contract';
import { KeyRound, Trash2 } from 'lucide-react';
import { For } from '../live/use-self.tsx';
import { useUnits } from '../words/units.ts';
import { CopyLine } from './copy-line.tsx';

const LASTS = { never: null, month: 30, year: 365 } as const;
type Lasts = keyof typeof LASTS;

interface Acts {
  readonly onAdd: (asked: PanelArgs<'control.add'>) => Promise<PanelResult<'control.add'> | null>;
  readonly onRemove: (tokenId: string) => void;
}

function Row({ token, nowMs, onRemove }: { token: ControlToken; nowMs: number; onRemove: Acts['onRemove'] }) {
  const { t } = useTranslation();
  const units = useUnits();
  const asking = useRef<HTMLDialogElement>(null);
  const { tokenId, name, role, createdMs, expiresMs, usedMs } = token;
  const isOver = expiresMs !== null && expiresMs <= nowMs;
  const ago = (ms: number) => t('surfaces.ago', { age: units.age(Math.max(0, nowMs - ms)) });
  return (
    <tr data-token={name}>
      <th scope="row">{name}</th>
      <td>{t(`surfaces.roles.${role}`)}</td>
      <td>{units.date(createdMs)}</td>
      <td className={isOver ? 'wrong-text' : ''}>{expiresMs === null ? t('surfaces.lasts.never') : isOver ? t('surfaces.expired') : units.date(expiresMs)}</td>
      <td>{usedMs === null ? <span className="dim">{t('surfaces.unused')}</span> : ago(usedMs)}</td>
      <td className="number">
        <For verb="control.remove">
          <button type="button" className="button small" onClick={() => asking.current?.showModal()}>
            <Trash2 size={12} aria-hidden="true" /> {t('surfaces.remove')}
          </button>
          <dialog className="dialog confirm" ref={asking} aria-label={t('surfaces.removeAsk', { name })}>
            <h2>{t('surfaces.removeAsk', { name })}</h2>
            <p className="dim">{t('surfaces.removeAbout')}</p>
            <div className="actions">
              <button type="button" className="button main" onClick={() => onRemove(tokenId)}>{t('surfaces.remove')}</button>
              <button type="button" className="button" onClick={() => asking.current?.close()}>{t('surfaces.cancel')}</button>
            </div>
          </dialog>
        </For>
      </td>
    </tr>
  );
} // prettier-ignore

function NewToken({ onAdd, onMade }: Pick<Acts, 'onAdd'> & { onMade: (made: { name: string; token: string }) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [role, setRole] = useState<ControlToken['role']>('operator');
  const [lasts, setLasts] = useState<Lasts>('never');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const called = name.trim();
    const made = await onAdd({ name: called, role, days: LASTS[lasts] });
    if (made === null) return;
    onMade({ name: called, token: made.token });
    setName('');
  };
  return (
    <form className="new-token" onSubmit={(event) => void submit(event)}>
      <label>
        <span className="dim small">{t('surfaces.name')}</span>
        <input type="text" value={name} maxLength={40} placeholder={t('surfaces.nameHint')} onChange={({ target }) => setName(target.value)} />
      </label>
      <label>
        <span className="dim small">{t('surfaces.role')}</span>
        <select value={role} onChange={({ target }) => setRole(target.value as ControlToken['role'])}>
          {(['operator', 'host'] as const).map((one) => <option key={one} value={one}>{t(`surfaces.roles.${one}`)}</option>)}
        </select>
      </label>
      <label>
        <span className="dim small">{t('surfaces.expires')}</span>
        <select value={lasts} onChange={({ target }) => setLasts(target.value as Lasts)}>
          {(Object.keys(LASTS) as Lasts[]).map((one) => <option key={one} value={one}>{t(`surfaces.lasts.${one}`)}</option>)}
        </select>
      </label>
      <button type="submit" className="button main" disabled={name.trim() === ''}>
        <KeyRound size={14} aria-hidden="true" /> {t('surfaces.make')}
      </button>
    </form>
  );
} // prettier-ignore

const COLUMNS = ['name', 'role', 'created', 'expires', 'used'] as const;

/** Who may press, and one more who may. */
export function TokenSection({ tokens, nowMs, onAdd, onRemove }: Acts & { tokens: readonly ControlToken[]; nowMs: number }) {
  const { t } = useTranslation();
  const [made, setMade] = useState<{ name: string; token: string } | null>(null);
  return (
    <section className="section surfaces-part" aria-label={t('surfaces.tokens')}>
      <h2>{t('surfaces.tokens')}</h2>
      {tokens.length === 0 ? <p className="empty">{t('surfaces.empty')}</p> : (
        <div className="surfaces-scroll" tabIndex={0} role="group" aria-label={t('surfaces.tokens')}>
          <table>
            <thead>
              <tr>
                {COLUMNS.map((column) => <th key={column} scope="col">{t(`surfaces.${column}`)}</th>)}
                <td />
              </tr>
            </thead>
            <tbody>
              {tokens.map((token) => <Row key={token.tokenId} token={token} nowMs={nowMs} onRemove={onRemove} />)}
            </tbody>
          </table>
        </div>
      )}
      <For verb="control.add">
        {made === null ? <NewToken onAdd={onAdd} onMade={setMade} /> : (
          <div className="made-token" role="status">
            <p>{t('surfaces.made', { name: made.name })}</p>
            <CopyLine text={made.token} />
            <button type="button" className="button" onClick={() => setMade(null)}>{t('surfaces.close')}</button>
          </div>
        )}
      </For>
    </section>
  );
} // prettier-ignore
