import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnswerRow } from '@livecue/shared/contract';
import { PanelRefusedError } from '../../client/panel-client.ts';
import { usePanel } from '../../live/use-live.tsx';
import { heldRows } from '../rows/held-rows.ts';
import { wordsOf } from '../../parts/error-words.ts';

/** A question is worth an answer for minutes; the agent is asked once a second. */
const POLL_MS = 1_000;

export type AnswerEnd = 'given' | 'aside';
export type Decision = AnswerRow['decision'];
export const DECISIONS: readonly Decision[] = ['answer', 'offer', 'human'];

export interface AnswerNotice {
  readonly wrong: boolean;
  readonly text: string;
}

export const answerIdOf = ({ answerId }: AnswerRow) => answerId;

function useNewest() {
  const { client } = usePanel();
  const [rows, setRows] = useState<readonly AnswerRow[]>([]);
  const [problem, setProblem] = useState<{ refused: boolean; why: string } | null>(null);
  const refused = problem?.refused === true;
  useEffect(() => {
    if (refused) return;
    let isAsking = false;
    let isGone = false;
    const ask = () => {
      if (isAsking || document.visibilityState !== 'visible') return;
      isAsking = true;
      client
        .call('answers.read', {})
        .then(
          (answer) => {
            if (isGone) return;
            setRows(answer.rows);
            setProblem(null);
          },
          (error: unknown) => {
            if (isGone) return;
            const forbidden = error instanceof PanelRefusedError && error.code === 'forbidden';
            setProblem({ refused: forbidden, why: wordsOf(error) });
          },
        )
        .finally(() => (isAsking = false));
    };
    ask();
    const timer = setInterval(ask, POLL_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [client, refused]);
  return { rows, problem };
}

/** Questions with their answers as they are shown; rows that the pointer or the keys are on stay in their place. */
export function useAnswers(held: boolean, only: Decision | null) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const { rows: newest, problem } = useNewest();
  const [notice, setNotice] = useState<AnswerNotice | null>(null);
  /** Closed here, by the time they were asked for last: asked for again they come back. */
  const [closed, setClosed] = useState<ReadonlyMap<string, number>>(new Map());
  const kept = useRef<{ rows: readonly AnswerRow[]; only: Decision | null; turn: number }>({ rows: [], only, turn: 0 });
  const [turn, setTurn] = useState(0);

  const open = useMemo(() => newest.filter(isOpen(closed)), [newest, closed]);
  const { rows, waiting } = useMemo(() => {
    const matching = open.filter(({ decision }) => only === null || decision === only);
    // Another filter, or the pill: what is there now is wanted, wherever the pointer is.
    const same = kept.current.only === only && kept.current.turn === turn;
    return heldRows(kept.current.rows.filter(isOpen(closed)), matching, held && same, answerIdOf);
  }, [open, only, held, closed, turn]);
  kept.current = { rows, only, turn };
  const resume = useCallback(() => setTurn((n) => n + 1), []);

  const close = useCallback(
    (row: AnswerRow, end: AnswerEnd) => {
      setClosed((old) => new Map([...old].slice(-200)).set(row.answerId, row.lastMs));
      client.call('answers.close', { answerId: row.answerId, given: end === 'given' }).then(
        () => setNotice({ wrong: false, text: t(`answers.${end}Said`) }),
        (error: unknown) => {
          setClosed((old) => new Map([...old].filter(([id]) => id !== row.answerId)));
          setNotice({ wrong: true, text: t('answers.notClosed', { why: wordsOf(error) }) }); // prettier-ignore
        },
      );
    },
    [client, t],
  );
  return { rows, open, waiting, problem, notice, setNotice, close, resume };
}

function isOpen(closed: ReadonlyMap<string, number>) {
  return ({ answerId, lastMs }: AnswerRow) => lastMs > (closed.get(answerId) ?? -Infinity);
}
