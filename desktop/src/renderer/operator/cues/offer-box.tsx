import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { OfferRefusal, ProductState } from '@livecue/shared/contract';
import { Decimal } from '@livecue/shared/event';
import { Tag } from 'lucide-react';
import { recall, remember } from '../../parts/memory.ts';
import { useUnits } from '../../words/units.ts';
import { useVerb } from './use-verb.ts';

const MOST_UNITS = 1_000_000;

/** Asks the host for an offer. The agent's guards decide; what they refuse is said here in words. */
export function OfferBox({ products, currency, onProblem }: { products: readonly ProductState[]; currency: string; onProblem: (why: string | null) => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const call = useVerb(onProblem);
  const [open, setOpen] = useState(() => recall('offer', ['open', 'shut'], 'shut') === 'open');
  const [productId, setProductId] = useState('');
  const [price, setPrice] = useState('');
  const [quantity, setQuantity] = useState('');
  const [told, setTold] = useState<{ sent: boolean; refusals: readonly OfferRefusal[] } | null>(null);
  const many = Number(quantity);
  const ready = productId !== '' && Decimal.safeParse(price).success && Number(price) > 0 && Number.isInteger(many) && many >= 1 && many <= MOST_UNITS;
  /** What was said of another offer is not said of this one. */
  const changed = (set: (value: string) => void) => ({ target }: { target: { value: string } }) => {
    set(target.value.trim());
    setTold(null);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    const answer = await call('offer.propose', { productId, price, quantity: many });
    if (answer !== null) setTold({ sent: answer.promptId !== null, refusals: answer.refusals });
  };
  return (
    <details className="message offer-box" open={open} onToggle={({ currentTarget }) => {
      setOpen(currentTarget.open);
      remember('offer', currentTarget.open ? 'open' : 'shut');
    }}>
      <summary><Tag size={12} aria-hidden="true" /> {t('offers.ask')}</summary>
      <form onSubmit={(event) => void submit(event)}>
        <select value={productId} aria-label={t('offers.product')} onChange={changed(setProductId)}>
          <option value="">{t('offers.product')}</option>
          {products.map((product) => (
            <option key={product.productId} value={product.productId}>
              {product.linkNumber === null ? '' : `${t('comments.productNumber', { n: product.linkNumber })} `}{units.words(product.name)}
            </option>
          ))}
        </select>
        <input className="short" inputMode="decimal" value={price} aria-label={t('offers.price', { currency })} placeholder={t('offers.price', { currency })} onChange={changed(setPrice)} />
        <input className="short" inputMode="numeric" value={quantity} aria-label={t('offers.quantity')} placeholder={t('offers.quantity')} onChange={changed(setQuantity)} />
        <button type="submit" className="button small" disabled={!ready}>{t('offers.send')}</button>
      </form>
      <p className={`small ${told?.sent === false ? 'wrong-text' : 'dim'}`} role="status">
        {told === null ? t('offers.about') : told.sent ? t('offers.asked') : t('offers.refused', { why: told.refusals.map((one) => t(`offers.refusal.${one}`)).join(t('offers.and')) })}
      </p>
    </details>
  );
} // prettier-ignore
