import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ActionEntry, ActionResult, PanelState } from '@livecue/shared/contract';
import { Clapperboard, Mic, MousePointerClick, Pin, Send, Tag, Undo2 } from 'lucide-react';
import { useUnits } from '../../words/units.ts';
import '../../style/actions.css';
import { StudioLines } from './studio-line.tsx';
import type { Actions } from './use-actions.ts';

const BUTTONS = [
  ['pin', Pin],
  ['explain', Mic],
  ['offer', Tag],
  ['clip', Clapperboard],
] as const;

/** Sources have the operator's own names; the overlay is ours to name. */
function Target({ name }: { name: string }) {
  const { t } = useTranslation();
  return <strong>{name === 'overlay' ? t('actions.overlay') : name}</strong>;
}

/** What came of an action, in words; a click that is left to the operator stands out. */
function Outcome({ result }: { result: ActionResult }) {
  const { t } = useTranslation();
  const units = useUnits();
  switch (result.outcome) {
    case 'done':
      return <span className="good-text">{t('actions.done')}</span>;
    case 'asked':
      return <span className="warn-text">{t('actions.asked')}</span>;
    case 'not-able':
      return <span><MousePointerClick size={12} aria-hidden="true" /> {units.words(result.click)}</span>;
    case 'refused':
      return <span className="warn-text">{t(`actions.refused.${result.reason}`)}</span>;
    case 'failed':
      return <span className="wrong-text">{t('actions.problem', { why: result.message })}</span>;
  }
} // prettier-ignore

function Doing({ state, actions }: { state: PanelState; actions: Actions }) {
  const { t } = useTranslation();
  const units = useUnits();
  const [chosen, setChosen] = useState<string | null>(null);
  const [text, setText] = useState('');
  const productId = chosen ?? state.explaining?.productId ?? state.products[0]?.productId ?? null;
  const clips = actions.data?.targets.some(({ able }) => able.includes('clip')) === true;
  const send = (event: FormEvent) => {
    event.preventDefault();
    actions.act({ action: 'message', text: text.trim() });
    setText('');
  };
  return (
    <div className="doing">
      <select className="button" aria-label={t('actions.product')} value={productId ?? ''} onChange={({ target }) => setChosen(target.value)}>
        {state.products.map(({ productId: id, linkNumber, name }) => (
          <option key={id} value={id}>{linkNumber === null ? '' : `${t('comments.productNumber', { n: linkNumber })} `}{units.words(name)}</option>
        ))}
        {productId === null ? <option value="">{t('actions.noProduct')}</option> : null}
      </select>
      <div className="actions">
        {BUTTONS.filter(([kind]) => kind !== 'clip' || clips).map(([kind, Icon]) => (
          <button type="button" key={kind} className="button small" disabled={kind !== 'clip' && productId === null} onClick={() => actions.act({ action: kind, productId: kind === 'clip' ? null : productId })}>
            <Icon size={12} aria-hidden="true" /> {t(`actions.kind.${kind}`)}
          </button>
        ))}
      </div>
      <form onSubmit={send}>
        <input type="text" value={text} maxLength={200} aria-label={t('actions.message')} placeholder={t('actions.message')} onChange={({ target }) => setText(target.value)} />
        <button type="submit" className="button small" disabled={text.trim() === ''}>
          <Send size={12} aria-hidden="true" /> {t('actions.send')}
        </button>
      </form>
    </div>
  );
} // prettier-ignore

function LogRow({ entry, productOf, onUndo }: { entry: ActionEntry; productOf: (productId: string | null) => string; onUndo: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { result } = entry;
  return (
    <li className="log-row">
      <time className="dim">{units.clock(entry.atMs)}</time>
      <Target name={entry.target} />
      <span className="words">
        {t(`actions.kind.${entry.kind}`)}{entry.productId === null ? '' : ` ${productOf(entry.productId)}`}
        {entry.byStep ? <span className="dim"> {t('actions.byStep')}</span> : null}{' '}
        {entry.undoneMs === null ? <Outcome result={result} /> : <span className="dim">{t('actions.undone')}</span>}
      </span>
      {result.outcome === 'done' && result.undoable && entry.undoneMs === null ? (
        <button type="button" className="button small" onClick={onUndo}><Undo2 size={12} aria-hidden="true" /> {t('actions.undo')}</button>
      ) : null}
    </li>
  );
} // prettier-ignore

/** Pin, explain, offer and message on all targets at once: what was done, what to click, and the way back. */
export function ActionPanel({ state, actions, productOf }: { state: PanelState; actions: Actions; productOf: (productId: string | null) => string }) {
  const { t } = useTranslation();
  const { data, problem, results, notice } = actions;
  if (problem !== null && (problem.forbidden || data === null))
    return <p className="empty small" role="alert">{problem.forbidden ? t('actions.forbidden') : t('actions.unread', { why: problem.why })}</p>;
  if (data === null) return null;
  const undone = (why: string | null) => t('actions.notUndone', { why: why ?? t('actions.gone') });
  return (
    <div className="action-part">
      <StudioLines studio={data.studio} overlay={data.overlay} onClear={actions.clear} />
      <Doing state={state} actions={actions} />
      {problem === null ? null : <p className="small wrong-text" role="alert">{t('actions.problem', { why: problem.why })}</p>}
      <div className="action-scroll" tabIndex={0} role="group" aria-label={t('actions.log')}>
        {data.asks.length === 0 ? null : (
          <ul className="rows small asks" aria-label={t('actions.waiting')}>
            {data.asks.map((ask) => (
              <li key={ask.askId} className="log-row">
                <Target name={ask.target} />
                <span className="words warn-text">{t(`actions.kind.${ask.kind}`)} {t('actions.asked')}</span>
                <button type="button" className="button small" onClick={() => actions.choose(ask)}>{t('actions.ask.open')}</button>
              </li>
            ))}
          </ul>
        )}
        <div role="status">
          {results.length === 0 ? null : (
            <ul className="rows small results" aria-label={t('actions.results')}>
              {results.map(({ target, result }) => (
                <li key={target} className="log-row"><Target name={target} /> <span className="words"><Outcome result={result} /></span></li>
              ))}
            </ul>
          )}
        </div>
        {data.log.length === 0 ? <p className="small dim">{t('actions.empty')}</p> : null}
        <ul className="rows small log">
          {data.log.map((entry) => (
            <LogRow key={entry.entryId} entry={entry} productOf={productOf} onUndo={() => actions.undo(entry.entryId, { failed: undone })} />
          ))}
        </ul>
      </div>
      <p className="row-line small dim" role="status">
        <span className="words">{notice}</span>
        <button type="button" className="button small row-end" onClick={() => actions.forget((n) => t('actions.forgot', { n }))}>{t('actions.forget')}</button>
      </p>
    </div>
  );
} // prettier-ignore
