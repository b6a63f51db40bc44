import { useCallback, useId, useMemo, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { MessageCircleQuestion, MonitorPlay, TriangleAlert } from 'lucide-react';
import { useMay } from '../live/use-self.tsx';
import { recall, remember } from '../parts/memory.ts';
import { useUnits } from '../words/units.ts';
import { ActionPanel } from './actions/action-panel.tsx';
import { AskDialog } from './actions/ask-dialog.tsx';
import { useActions } from './actions/use-actions.ts';
import { AnswerPanel } from './answers/answer-panel.tsx';
import { useDeskKeys } from './comments/use-list-keys.ts';
import { OrderPanel } from './orders/order-panel.tsx';

const ALL_TABS = ['answers', 'orders', 'actions'] as const;
type Tab = (typeof ALL_TABS)[number];
const READS = { answers: 'answers.read', orders: 'orders.read', actions: 'actions.read' } as const;
const ICONS = { answers: MessageCircleQuestion, orders: TriangleAlert, actions: MonitorPlay } as const;

/** Link number of a product, or its id where it has none. */
function useProductOf(products: PanelState['products']) {
  const { t } = useTranslation();
  const numbers = new Map(products.map(({ productId, linkNumber }) => [productId, linkNumber]));
  return (productId: string | null) => {
    const number = productId === null ? null : (numbers.get(productId) ?? null);
    return number === null ? (productId ?? t('orders.noProduct')) : t('comments.productNumber', { n: number });
  };
}

/** What waits for the operator's word, one list at a time; the other one's count stays in sight. */
export function WorkSection({ state, nowMs }: { state: PanelState; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const id = useId();
  const may = useMay();
  const tabs = ALL_TABS.filter((name) => may(READS[name]));
  const [tab, setTab] = useState<Tab>(() => recall('work', tabs, tabs[0]!));
  const [questions, setQuestions] = useState(0);
  const productOf = useProductOf(state.products);
  const actions = useActions();
  const { asking } = actions;
  const panelId = useCallback((name: Tab) => `${id}-${name}`, [id]);
  const choose = useCallback((next: Tab) => {
    remember('work', next);
    // At once: the list in it is about to take the focus.
    flushSync(() => setTab(next));
  }, []);
  useDeskKeys(
    useMemo(() => {
      const to = (name: Tab) => () => {
        choose(name);
        const list = document.getElementById(panelId(name))?.querySelector<HTMLElement>('[role=listbox]');
        list?.focus({ preventScroll: true });
      };
      return { q: to('answers'), o: to('orders'), i: () => choose('actions') };
    }, [choose, panelId]),
  );
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const step = event.key === 'ArrowRight' ? 1 : tabs.length - 1;
    const next = tabs[(tabs.indexOf(tab) + step) % tabs.length]!;
    choose(next);
    document.getElementById(`${panelId(next)}-tab`)?.focus();
  };
  const counts: Record<Tab, number> = {
    answers: questions,
    orders: state.orders.open,
    actions: actions.data?.asks.length ?? 0,
  };
  return (
    <section className="section work" aria-label={t('work.title')}>
      <div className="tabs" role="tablist" aria-label={t('work.title')} onKeyDown={onKey}>
        {tabs.map((name) => {
          const Icon = ICONS[name];
          return (
            <button
              type="button"
              key={name}
              id={`${panelId(name)}-tab`}
              className={`tab ${name} ${counts[name] > 0 ? 'some' : ''}`}
              role="tab"
              aria-selected={tab === name}
              aria-controls={panelId(name)}
              tabIndex={tab === name ? 0 : -1}
              onClick={() => choose(name)}
            >
              <Icon size={14} aria-hidden="true" /> {t(`work.${name}`)}{' '}
              <strong aria-label={t(`work.${name}Open`, { n: counts[name] })}>{units.count(counts[name])}</strong>
            </button>
          );
        })}
      </div>
      {tabs.map((name) => (
        <div key={name} id={panelId(name)} className={`section-body panel ${name}`} role="tabpanel" aria-labelledby={`${panelId(name)}-tab`} hidden={tab !== name}>
          {name === 'answers' ? (
            <AnswerPanel nowMs={nowMs} patrons={state.cues?.patrons ?? []} productOf={productOf} onCount={setQuestions} onStream={(answerId) => actions.act({ action: 'message', answerId })} />
          ) : name === 'orders' ? (
            <OrderPanel state={state} nowMs={nowMs} productOf={productOf} />
          ) : (
            <ActionPanel state={state} actions={actions} productOf={productOf} />
          )}
        </div>
      ))}
      {asking === null ? null : (
        <AskDialog key={asking.askId} ask={asking} onAnswer={(allowed) => actions.permit(asking, allowed)} onClose={() => actions.choose(null)} />
      )}
    </section>
  ); // prettier-ignore
}
