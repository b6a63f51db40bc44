import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { OrderRow, OrderVerdict } from '@livecue/shared/contract';
import { Check, TriangleAlert, X } from 'lucide-react';
import { useUnits } from '../../words/units.ts';
import { rowKeyHandler } from '../rows/row-keys.ts';
import { featureWords } from './reason-words.ts';

export interface OrderActions {
  move(orderId: string): void;
  label(row: OrderRow, verdict: OrderVerdict): void;
  undo(): void;
  leave(): void;
}

const idOf = ({ orderId }: OrderRow) => orderId;

const VERDICTS = { confirmed: ['wrong-text', Check], 'false-alarm': ['dim', X] } as const;

/** 属实 or 误报, by icon, word and colour. */
function Verdict({ verdict }: { verdict: OrderVerdict }) {
  const { t } = useTranslation();
  const [look, Icon] = VERDICTS[verdict];
  return (
    <span className={`chip ${look}`}>
      <Icon size={12} aria-hidden="true" /> {t(`orders.verdict.${verdict}`)}
    </span>
  );
}

function Row(props: { row: OrderRow; id: string; active: boolean; product: string; onPick: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { row, active } = props;
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) place.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <li
      className={`order ${active ? 'active' : ''} ${row.verdict ?? ''}`}
      id={props.id}
      role="option"
      aria-selected={active}
      data-order={row.orderId}
      ref={place}
      onClick={props.onPick}
    >
      <TriangleAlert className={row.verdict === null ? 'wrong-text' : 'dim'} size={14} aria-hidden="true" />
      <span className="dim">{units.clock(row.eventTimeMs)}</span>
      <span className="mono">{row.orderRef}</span>
      <span className="order-product">{props.product}</span>
      <span className="words">{featureWords(t, row.reasons[0]!)}</span>
      {row.verdict === null ? (
        <span className="order-score">{row.score.toFixed(2)}</span>
      ) : (
        <Verdict verdict={row.verdict} />
      )}
    </li>
  );
}

/** Odd orders, the one told last on top; takes the keys while it has the focus. */
export function OrderList(props: {
  rows: readonly OrderRow[];
  activeId: string | null;
  productOf: (productId: string | null) => string;
  actions: OrderActions;
  onFocus: () => void;
  onBlur: () => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const { rows, activeId, actions } = props;
  const keys = rowKeyHandler(rows, idOf, activeId, {
    move: actions.move,
    leave: actions.leave,
    decide: { a: (row) => actions.label(row, 'confirmed'), x: (row) => actions.label(row, 'false-alarm') },
    always: { u: actions.undo },
  });
  const active = rows.some(({ orderId }) => orderId === activeId);
  return (
    <ul
      className="order-list rows"
      role="listbox"
      tabIndex={0}
      aria-label={t('orders.list')}
      {...(active ? { 'aria-activedescendant': `${id}-${activeId}` } : {})}
      onKeyDown={keys}
      onFocus={props.onFocus}
      onBlur={props.onBlur}
    >
      {rows.map((row) => (
        <Row
          key={row.orderId}
          row={row}
          id={`${id}-${row.orderId}`}
          active={row.orderId === activeId}
          product={props.productOf(row.productId)}
          onPick={() => actions.move(row.orderId)}
        />
      ))}
    </ul>
  );
}
