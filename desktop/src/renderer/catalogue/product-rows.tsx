import { useTranslation } from 'react-i18next';
import type { Product } from '@livecue/shared/contract';
import { useUnits } from '../words/units.ts';

export function ProductCells({ product }: { product: Product }) {
  const units = useUnits();
  const { linkNumber, productId, name, price, priceCurrency, stock, skus } = product;
  return (
    <>
      <td className="number">{linkNumber ?? '–'}</td>
      <td className="wrapped">{units.words(name)}</td>
      <td className="number">{price === undefined || priceCurrency === undefined ? '–' : units.money(price, priceCurrency)}</td>
      <td className="number">{stock === null ? '–' : units.count(stock)}</td>
      <td className="mono">{productId}</td>
      <td className="mono wrapped">{skus.slice(0, 6).join(' ')}{skus.length > 6 ? ' …' : ''}</td>
    </>
  ); // prettier-ignore
}

export function ProductHead() {
  const { t } = useTranslation();
  return (
    <>
      <th className="number">{t('catalogue.field.linkNumber')}</th>
      <th>{t('catalogue.field.name')}</th>
      <th className="number">{t('catalogue.field.price')}</th>
      <th className="number">{t('catalogue.field.stock')}</th>
      <th>{t('catalogue.field.productId')}</th>
      <th>{t('catalogue.field.skus')}</th>
    </>
  );
}

/** The products in force, in their order. */
export function ProductRows(props: { total: number | null; products: readonly Product[]; onMore: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { total, products, onMore } = props;
  if (total === null) return null;
  if (total === 0) return <p className="empty">{t('catalogue.none')}</p>;
  return (
    <>
      <h2>{t('catalogue.present', { n: units.count(total) })}</h2>
      <table className="product-rows">
        <thead>
          <tr>
            <ProductHead />
          </tr>
        </thead>
        <tbody>
          {products.map((product) => (
            <tr key={product.productId}>
              <ProductCells product={product} />
            </tr>
          ))}
        </tbody>
      </table>
      {products.length < total ? (
        <button type="button" className="button" onClick={onMore}>
          {t('catalogue.more')}
        </button>
      ) : null}
    </>
  );
}
