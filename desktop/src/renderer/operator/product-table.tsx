import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommentFilter, PanelState, ProductState } from '@livecue/shared/contract';
import { Intent } from '@livecue/shared/insight';
import { Mic, TriangleAlert } from 'lucide-react';
import { usePanel } from '../live/use-live.tsx';
import { useUnits } from '../words/units.ts';
import { ALL_COMMENTS } from './comments/comment-feed.ts';
import { useDeskKeys } from './comments/use-list-keys.ts';
import { Direction } from './products/direction.tsx';
import { ProductDetail } from './products/product-detail.tsx';
import { Section } from './section.tsx';
import { Spark } from './spark.tsx';

const SPARK_SECONDS = 60;
/** From here on the time to sold-out is a warning (the default of advise.stockOutMinutes). */
const SOON_MINUTES = 10;

interface Asking {
  readonly filter: CommentFilter;
  readonly onFilter: (filter: CommentFilter) => void;
}

/** How many viewers ask what; a click shows their comments, and all comments again. */
function Questions({ product, filter, onFilter }: Asking & { product: ProductState }) {
  const { t } = useTranslation();
  const { productId } = product;
  const asked = Object.entries(product.questions)
    .filter(([, n]) => n > 0)
    .toSorted((a, b) => b[1] - a[1])
    .map(([key, n]) => ({ n, key, intent: Intent.safeParse(key).data ?? null }));
  if (asked.length === 0) return <span className="dim">–</span>;
  return (
    <>
      {asked.slice(0, 2).map(({ n, key, intent }, i) => {
        const chosen = filter.productId === productId && filter.intent === intent && intent !== null;
        return (
          <span key={key}>
            {i === 0 ? null : <span className="dim"> · </span>}
            <button
              type="button"
              className="asked-button"
              aria-pressed={chosen}
              title={t('products.asked')}
              disabled={intent === null}
              onClick={() => onFilter(chosen ? ALL_COMMENTS : { ...ALL_COMMENTS, productId, intent })}
            >
              <strong>{n}</strong> {intent === null ? key : t(`intent.${intent}`)}
            </button>
          </span>
        );
      })}
    </>
  );
}

function StockCells({ product }: { product: ProductState }) {
  const { t } = useTranslation();
  const units = useUnits();
  const minutes = product.stockOutMinutes;
  const soon = minutes !== null && minutes <= SOON_MINUTES;
  if (product.stock !== null && product.stock <= 0) {
    return (
      <td className="number wrong-text" colSpan={2}>
        <TriangleAlert size={14} aria-hidden="true" /> {t('products.soldOut')}
      </td>
    );
  }
  return (
    <>
      <td className="number">
        {product.stock === null ? <span className="dim">{t('products.unknown')}</span> : units.count(product.stock)}
      </td>
      <td className={`number ${soon ? 'wrong-text' : ''}`}>
        {soon ? <TriangleAlert size={14} aria-hidden="true" /> : null}{' '}
        {minutes === null ? <span className="dim">–</span> : units.ahead(minutes)}
      </td>
    </>
  );
}

/** How unlikely the attention is; what would be told as a surge stands out. */
function Surprise({ product }: { product: ProductState }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { interest } = product;
  if (interest === null || interest.surprise < 1) return <td className="number dim surprise">–</td>;
  return (
    <td className={`number surprise ${interest.surging ? 'surging' : ''}`} title={t('products.surprising')}>
      {units.rate(interest.surprise)}
    </td>
  );
}

function ProductRow({
  product,
  explained,
  nowMs,
  onOpen,
  ...asking
}: Asking & { product: ProductState; explained: boolean; nowMs: number; onOpen: () => void }) {
  const { t } = useTranslation();
  const { store } = usePanel();
  const units = useUnits();
  const values = store.series.read(nowMs, SPARK_SECONDS, (point) => point.interest[product.productId] ?? 0);
  const latest = values.findLast((v) => v !== null) ?? null;
  const level = latest === null ? '–' : units.rate(latest);
  return (
    <tr className={explained ? 'explained' : ''}>
      <td className="number product-number">{product.linkNumber ?? '–'}</td>
      <td className="product-name">
        <div>
          <button
            type="button"
            className="product-open"
            aria-label={t('detail.open', { name: units.words(product.name) })}
            aria-haspopup="dialog"
            title={`${units.words(product.name)} · ${product.productId}`}
            onClick={onOpen}
          >
            {units.words(product.name)}
          </button>
          {explained ? (
            <span className="tag" title={t('products.explaining')}>
              <Mic size={12} aria-hidden="true" /> <span className="tag-word">{t('products.explaining')}</span>
            </span>
          ) : null}
        </div>
      </td>
      <td>
        <div className="interest-cell">
          <Spark values={values} label={`${t('products.interest')}: ${level}`} />
          <span className={product.interest?.surging === true ? 'surging' : ''}>{level}</span>
          {product.interest === null ? (
            <span className="direction" />
          ) : (
            <Direction direction={product.interest.direction} />
          )}
        </div>
      </td>
      <Surprise product={product} />
      <td>
        <Questions product={product} {...asking} />
      </td>
      <td className="number">{units.count(product.unitsSold)}</td>
      <StockCells product={product} />
    </tr>
  );
}

/** G goes to the products; up and down go from one to the next. */
function useRowKeys(place: { readonly current: HTMLElement | null }) {
  const buttons = () => [...(place.current?.querySelectorAll<HTMLElement>('.product-open') ?? [])];
  useDeskKeys(
    useMemo(() => ({ g: () => place.current?.querySelector<HTMLElement>('.product-open')?.focus() }), [place]),
  );
  return (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const all = buttons();
    const at = all.indexOf(event.target as HTMLElement);
    if (step === 0 || at < 0) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
  };
}

/** In the order of the link list, so that a product is always found in the same place. */
export function ProductTable({ state, nowMs, ...asking }: Asking & { state: PanelState; nowMs: number }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<string | null>(null);
  const place = useRef<HTMLTableSectionElement>(null);
  const focusRow = useRowKeys(place);
  const detail = state.products.find(({ productId }) => productId === opened) ?? null;
  const products = state.products.toSorted((a, b) => (a.linkNumber ?? 1e9) - (b.linkNumber ?? 1e9));
  return (
    <Section name="products" title={t('products.title')}>
      {products.length === 0 ? (
        <p className="empty">{t('products.empty')}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th className="number">{t('products.number')}</th>
              <th>{t('products.name')}</th>
              <th>{t('products.interest')}</th>
              <th className="number surprise" title={t('products.surprising')}>
                {t('products.surprise')}
              </th>
              <th>{t('products.ask')}</th>
              <th className="number">{t('products.sold')}</th>
              <th className="number">{t('products.stock')}</th>
              <th className="number">{t('products.eta')}</th>
            </tr>
          </thead>
          <tbody ref={place} onKeyDown={focusRow}>
            {products.map((product) => (
              <ProductRow
                key={product.productId}
                product={product}
                explained={product.productId === state.explaining?.productId}
                nowMs={nowMs}
                onOpen={() => setOpened(product.productId)}
                {...asking}
              />
            ))}
          </tbody>
        </table>
      )}
      {detail === null ? null : <ProductDetail product={detail} state={state} onClose={() => setOpened(null)} />}
    </Section>
  );
}
