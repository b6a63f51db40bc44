import { useTranslation } from 'react-i18next';
import type { OfferState, ProductState, RunningOffer } from '@livecue/shared/contract';
import { Tag, Timer } from 'lucide-react';
import { useUnits } from '../../words/units.ts';

/** Under this much left an offer is about to end. */
const SOON_MS = 60_000;

function Running({ offer, product, nowMs }: { offer: RunningOffer; product: ProductState | undefined; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const leftMs = offer.endsMs === null ? null : Math.max(0, offer.endsMs - nowMs);
  const number = product?.linkNumber == null ? '' : t('comments.productNumber', { n: product.linkNumber });
  return (
    <li className="offer" data-offer={offer.offerId}>
      <span className={`offer-left ${leftMs !== null && leftMs < SOON_MS ? 'warn-text' : ''}`}>
        <Timer size={12} aria-hidden="true" /> {leftMs === null ? t('offers.noEnd') : units.duration(leftMs)}
      </span>
      <span className="words">{number} {product === undefined ? offer.productId : units.words(product.name)}</span>
      <strong>{units.money(offer.price, offer.priceCurrency)}</strong>
      <span className="dim">
        {offer.quantity === null ? t('offers.paid', { n: units.count(offer.unitsPaid) }) : t('offers.paidOf', { n: units.count(offer.unitsPaid), of: units.count(offer.quantity) })}
      </span>
    </li>
  );
} // prettier-ignore

/** Offers that run with the time to their end, and what is left for offers today. */
export function OfferStrip({ offers, products, nowMs }: { offers: OfferState; products: readonly ProductState[]; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { budget, running } = offers;
  const discount = budget.discount === null ? null : Math.max(0, Number(budget.discountLimit) - Number(budget.discount));
  return (
    <div className="offers" role="group" aria-label={t('offers.title')}>
      <p className="small">
        <Tag size={12} aria-hidden="true" /> <strong>{t('offers.title')}</strong>{' '}
        <span className="dim">
          {t('offers.left', { n: units.count(Math.max(0, budget.limit - budget.started)), limit: units.count(budget.limit) })}
          {' · '}
          {discount === null ? t('offers.discountUnknown') : t('offers.discountLeft', { n: units.money(discount.toFixed(2), budget.currency, true) })}
        </span>
      </p>
      {budget.closed === null ? null : <p className="small warn-text">{t('offers.closed', { why: t(`offers.refusal.${budget.closed}`) })}</p>}
      <ul className="rows small">
        {running.map((offer) => (
          <Running key={offer.offerId} offer={offer} nowMs={nowMs} product={products.find(({ productId }) => productId === offer.productId)} />
        ))}
      </ul>
    </div>
  );
} // prettier-ignore
