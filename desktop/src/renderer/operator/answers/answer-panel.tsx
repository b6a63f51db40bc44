import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnswerRow, PatronQuestion } from '@livecue/shared/contract';
import { ArrowUp } from 'lucide-react';
import { useCopy } from '../../parts/use-copy.ts';
import { useUnits } from '../../words/units.ts';
import type { RowActions } from '../rows/row-keys.ts';
import { AnswerDetail } from './answer-detail.tsx';
import { AnswerList, DECISION_ICONS } from './answer-list.tsx';
import { PatronList } from './patron-list.tsx';
import { DECISIONS, useAnswers, type Decision } from './use-answers.ts';

function Filter({ rows, only, onOnly }: { rows: readonly AnswerRow[]; only: Decision | null; onOnly: (only: Decision | null) => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  return (
    <div className="answer-filter" role="group" aria-label={t('answers.filter')}>
      {([null, ...DECISIONS] as const).map((decision) => {
        const Icon = decision === null ? null : DECISION_ICONS[decision];
        const count = rows.filter((row) => decision === null || row.decision === decision).length;
        return (
          <button type="button" key={decision ?? 'all'} className="button small" aria-pressed={only === decision} onClick={() => onOnly(decision)}>
            {Icon === null ? null : <Icon size={12} aria-hidden="true" />}{' '}
            {decision === null ? t('answers.all') : t(`answers.decision.${decision}`)} <strong>{units.count(count)}</strong>
          </button>
        );
      })}
    </div>
  );
} // prettier-ignore

/** Where the focus, the pointer and the choice are; any of them holds the rows in their place. */
function useChoice() {
  const [over, setOver] = useState(false);
  const [focused, setFocused] = useState(false);
  const [activeId, setActive] = useState<string | null>(null);
  const leave = useCallback(() => {
    setActive(null);
    setFocused(false);
    (document.activeElement as HTMLElement | null)?.blur();
  }, []);
  return { held: over || focused, setOver, setFocused, activeId, setActive, leave };
}

/** Viewers' questions with the shop's own facts for them: to copy, and to be called given or put aside. */
export function AnswerPanel({ nowMs, patrons, productOf, onCount, onStream }: {
  nowMs: number;
  patrons: readonly PatronQuestion[];
  productOf: (productId: string | null) => string;
  onCount: (open: number) => void;
  onStream: (answerId: string) => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const choice = useChoice();
  const [only, setOnly] = useState<Decision | null>(null);
  const answers = useAnswers(choice.held, only);
  const { last, copy } = useCopy();
  const open = answers.open.length;
  useEffect(() => onCount(open), [open, onCount]);
  const active = answers.rows.find(({ answerId }) => answerId === choice.activeId) ?? null;
  // Without a choice the newest question is open, so that its answer is one tap away.
  const shown = active ?? answers.rows[0] ?? null;
  const actions: RowActions<AnswerRow> = useMemo(() => ({
    move: choice.setActive,
    leave: choice.leave,
    decide: { a: (row) => answers.close(row, 'given'), x: (row) => answers.close(row, 'aside') },
    use: { c: (row) => row.facts[0] !== undefined && copy(row.facts[0].words[units.language]) },
  }), [choice.setActive, choice.leave, answers.close, copy, units.language]);
  return (
    <div
      className="answer-part"
      onPointerEnter={({ pointerType }) => choice.setOver(pointerType === 'mouse')}
      onPointerLeave={() => choice.setOver(false)}
    >
      <Filter rows={answers.open} only={only} onOnly={setOnly} />
      {answers.problem === null ? null : (
        <p className="empty small" role="alert">
          {answers.problem.refused ? t('answers.forbidden') : t('answers.failed', { why: answers.problem.why })}
        </p>
      )}
      {answers.rows.length === 0 && answers.problem === null ? (
        <p className="empty small">{t(open > 0 ? 'answers.noMatch' : 'answers.empty')}</p>
      ) : null}
      {answers.waiting > 0 ? (
        <button type="button" className="button small fresh" onClick={answers.resume}>
          <ArrowUp size={12} aria-hidden="true" /> {t('answers.fresh', { n: units.count(answers.waiting) })}
        </button>
      ) : null}
      <AnswerList
        rows={answers.rows}
        activeId={choice.activeId}
        nowMs={nowMs}
        productOf={productOf}
        actions={actions}
        onFocus={() => {
          choice.setFocused(true);
          if (active === null && answers.rows[0] !== undefined) choice.setActive(answers.rows[0].answerId);
        }}
        onBlur={() => choice.setFocused(false)}
      />
      {shown === null ? null : <AnswerDetail row={shown} copied={last} onCopy={copy} onClose={answers.close} onStream={onStream} />}
      <PatronList patrons={patrons} nowMs={nowMs} productOf={productOf} />
      <p className={`small ${answers.notice?.wrong === true ? 'wrong-text' : 'dim'}`} role="status">{answers.notice?.text ?? t('answers.keys')}</p>
    </div>
  );
} // prettier-ignore
