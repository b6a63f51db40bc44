import { useTranslation } from 'react-i18next';
import type { CatalogueDiff } from '@livecue/shared/contract';
import { useUnits } from '../words/units.ts';
import { useFieldName } from './use-field-name.ts';

type Named = CatalogueDiff['added'][number];

function Names({ title, products }: { title: string; products: readonly Named[] }) {
  const units = useUnits();
  return (
    <details>
      <summary>{title}</summary>
      <ul className="names">
        {products.map(({ productId, linkNumber, name }) => (
          <li key={productId}>
            {linkNumber === null ? null : <span className="tag">{linkNumber}</span>} {units.words(name)}{' '}
            <span className="mono dim">{productId}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** New, changed with old and new, gone: what the import would do. */
export function ChangeLists({ diff }: { diff: CatalogueDiff }) {
  const { t } = useTranslation();
  const units = useUnits();
  const field = useFieldName();
  const { counts, added, changed, gone } = diff;
  const n = (count: number) => ({ n: units.count(count) });
  return (
    <section className="changes" aria-label={t('catalogue.changes')}>
      <h2>{t('catalogue.changes')}</h2>
      {counts.added === 0 ? null : <Names title={t('catalogue.added', n(counts.added))} products={added} />}
      {counts.changed === 0 ? null : (
        <details open>
          <summary>{t('catalogue.changed', n(counts.changed))}</summary>
          <table>
            <thead>
              <tr>
                <th>{t('catalogue.field.name')}</th>
                <th />
                <th>{t('catalogue.old')}</th>
                <th>{t('catalogue.new')}</th>
              </tr>
            </thead>
            <tbody>
              {changed.flatMap(({ productId, name, changes }) =>
                changes.map(({ field: what, before, after }, i) => (
                  <tr key={`${productId}/${what}`}>
                    <td className="wrapped">{i === 0 ? units.words(name) : ''}</td>
                    <td className="dim">{field(what)}</td>
                    <td className="wrapped old-value">{before ?? t('catalogue.empty')}</td>
                    <td className="wrapped">{after ?? t('catalogue.empty')}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </details>
      )}
      {counts.gone === 0 ? null : (
        <>
          <Names title={t('catalogue.gone', n(counts.gone))} products={gone} />
          <p className="dim">{t('catalogue.goneKept')}</p>
        </>
      )}
      <p className="dim">{t('catalogue.unchanged', n(counts.unchanged))}</p>
    </section>
  );
}
