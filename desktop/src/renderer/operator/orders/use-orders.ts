import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OrderCounts, OrderRow, OrderVerdict } from '@livecue/shared/contract';
import { PanelRefusedError } from '../../client/panel-client.ts';
import { usePanel } from '../../live/use-live.tsx';
import { heldRows } from '../rows/held-rows.ts';
import { wordsOf } from '../../parts/error-words.ts';

/** Verdicts that can be taken back, the last ones. */
const UNDO_KEPT = 50;
const RETRY_MS = 2_000;

export interface OrderNotice {
  readonly wrong: boolean;
  readonly text: string;
}

interface Undo {
  readonly row: OrderRow;
  readonly before: OrderVerdict | null;
}

const idOf = ({ orderId }: OrderRow) => orderId;

/** The newest rows of the agent: read again whenever it says that they have changed. */
function useNewest({ session, revision }: OrderCounts) {
  const { client } = usePanel();
  const [rows, setRows] = useState<readonly OrderRow[]>([]);
  const [labels, setLabels] = useState(0);
  const [problem, setProblem] = useState<{ refused: boolean; why: string } | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    client.call('orders.read', {}).then(
      (answer) => {
        if (gone) return;
        setRows(answer.rows);
        setLabels(answer.labels);
        setProblem(null);
      },
      (error: unknown) => {
        if (gone) return;
        const refused = error instanceof PanelRefusedError && error.code === 'forbidden';
        setProblem({ refused, why: wordsOf(error) });
        if (!refused) timer = setTimeout(() => setTries((n) => n + 1), RETRY_MS);
      },
    );
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [client, session, revision, tries]);
  /** A row as the agent answered it: its state says so a moment later. */
  const replace = useCallback((answered: OrderRow, stored: number) => {
    setRows((old) => old.map((row) => (row.orderId === answered.orderId ? answered : row)));
    setLabels(stored);
  }, []);
  return { rows, labels, problem, replace };
}

/** Odd orders as they are shown, and what the operator says of them. */
export function useOrders(counts: OrderCounts, held: boolean) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const { rows: newest, labels, problem, replace } = useNewest(counts);
  const kept = useRef<readonly OrderRow[]>([]);
  const [turn, setTurn] = useState(0);
  const { rows, waiting } = useMemo(() => heldRows(kept.current, newest, held, idOf), [newest, held, turn]);
  kept.current = rows;
  /** Takes in what waits, also while the rows are held. */
  const resume = useCallback(() => {
    kept.current = newest;
    setTurn((n) => n + 1);
  }, [newest]);
  const [notice, setNotice] = useState<OrderNotice | null>(null);
  const undos = useRef<Undo[]>([]);
  const [undoable, setUndoable] = useState(false);
  const queue = useRef(Promise.resolve());
  /** Keys can be faster than answers: what they ask for is done one after the other. */
  const inOrder = useCallback((ask: () => Promise<void>) => {
    queue.current = queue.current.then(ask).then(() => setUndoable(undos.current.length > 0));
    return queue.current;
  }, []);

  const say = useCallback(
    (row: OrderRow, verdict: OrderVerdict | null) =>
      client.call('orders.label', { orderId: row.orderId, verdict }).then(
        (answer) => {
          replace(answer.row, answer.labels);
          setNotice({ wrong: false, text: t('orders.said', { ref: row.orderRef, what: t(`orders.verdict.${verdict ?? 'none'}`) }) });
          return true;
        },
        (error: unknown) => {
          setNotice({ wrong: true, text: t('orders.notSaved', { why: wordsOf(error) }) });
          return false;
        },
      ),
    [client, t, replace],
  ); // prettier-ignore

  /** The same verdict again takes it back. */
  const label = useCallback(
    (row: OrderRow, verdict: OrderVerdict) =>
      inOrder(async () => {
        const done = await say(row, row.verdict === verdict ? null : verdict);
        if (done) undos.current = [...undos.current.slice(1 - UNDO_KEPT), { row, before: row.verdict }];
      }),
    [say, inOrder],
  );
  const undo = useCallback(
    () =>
      inOrder(async () => {
        const last = undos.current.at(-1);
        if (last === undefined) setNotice({ wrong: false, text: t('orders.nothingToUndo') });
        else if (await say(last.row, last.before)) undos.current = undos.current.slice(0, -1);
      }),
    [say, inOrder, t],
  );

  return { rows, waiting, labels, problem, notice, undoable, label, undo, resume };
}
