import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnswerRow } from '@livecue/shared/contract';
import { CircleCheck, CircleHelp, UserRound } from 'lucide-react';
import { useUnits } from '../../words/units.ts';
import { rowKeyHandler, type RowActions } from '../rows/row-keys.ts';
import { answerIdOf, type Decision } from './use-answers.ts';

export const DECISION_ICONS = { answer: CircleCheck, offer: CircleHelp, human: UserRound } as const;

/** By icon, word and colour. */
export function DecisionMark({ decision }: { decision: Decision }) {
  const { t } = useTranslation();
  const Icon = DECISION_ICONS[decision];
  return (
    <span className={`decision of-${decision}`}>
      <Icon size={14} aria-hidden="true" /> {t(`answers.decision.${decision}`)}
    </span>
  );
}

function Row(props: { row: AnswerRow; id: string; active: boolean; product: string; nowMs: number; onPick: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { row, active } = props;
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) place.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <li
      className={`answer ${active ? 'active' : ''}`}
      id={props.id}
      role="option"
      aria-selected={active}
      data-answer={row.answerId}
      ref={place}
      onClick={props.onPick}
    >
      <span className="answer-line small">
        <DecisionMark decision={row.decision} />
        <span className="words">
          {row.productId === null ? '' : props.product} {t(`intent.${row.intent}`)}
        </span>
        <span className="dim">{t('answers.viewers', { n: units.count(row.viewers) })}</span>
        <span className="dim answer-age">{units.age(Math.max(0, Math.round((props.nowMs - row.lastMs) / 1000) * 1000))}</span>
      </span>
      {row.question === '' ? (
        <span className="answer-question dim">{t('answers.removed')}</span>
      ) : (
        // A viewer's words have their own direction and must not turn the line around.
        <bdi className="answer-question">{row.question}</bdi>
      )}
    </li>
  );
} // prettier-ignore

/** Questions that wait, the newest on top; takes the keys while it has the focus. */
export function AnswerList(props: {
  rows: readonly AnswerRow[];
  activeId: string | null;
  nowMs: number;
  productOf: (productId: string | null) => string;
  actions: RowActions<AnswerRow>;
  onFocus: () => void;
  onBlur: () => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const { rows, activeId, actions } = props;
  const active = rows.findIndex(({ answerId }) => answerId === activeId);
  return (
    <ul
      className="answer-list rows"
      role="listbox"
      tabIndex={0}
      aria-label={t('answers.list')}
      {...(active < 0 ? {} : { 'aria-activedescendant': `${id}-${active}` })}
      onKeyDown={rowKeyHandler(rows, answerIdOf, activeId, actions)}
      onFocus={props.onFocus}
      onBlur={props.onBlur}
    >
      {rows.map((row, i) => (
        <Row
          key={row.answerId}
          row={row}
          id={`${id}-${i}`}
          active={i === active}
          nowMs={props.nowMs}
          product={props.productOf(row.productId)}
          onPick={() => actions.move(row.answerId)}
        />
      ))}
    </ul>
  );
}
