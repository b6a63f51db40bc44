import { useTranslation } from 'react-i18next';
import { CatalogueField, type ImportPreview } from '@livecue/shared/contract';
import { useFieldName } from './use-field-name.ts';

/** What each column means, to be changed. A meaning that is chosen here leaves the column that had it. */
export function ColumnTable({ preview, mapping, onMapping }: {
  preview: ImportPreview;
  /** As chosen last, which the preview may not know yet. */
  mapping: readonly (CatalogueField | null)[];
  onMapping: (mapping: (CatalogueField | null)[]) => void;
}) {
  const { t } = useTranslation();
  const name = useFieldName();
  const several = (field: CatalogueField | null) => field === 'skus' || field === 'aliases';
  const choose = (column: number, text: string) => {
    const field = CatalogueField.safeParse(text).data ?? null;
    onMapping(mapping.map((one, i) => (i === column ? field : one === field && !several(field) ? null : one)));
  };
  return (
    <details open={preview.good === 0 || preview.columns.length <= 12}>
      <summary>
        <h2>{t('catalogue.columns')}</h2> <span className="dim">{t('catalogue.columnsLead')}</span>
      </summary>
      <table className="columns">
        <thead>
          <tr>
            <th>{t('catalogue.heading')}</th>
            <th>{t('catalogue.means')}</th>
            <th>{t('catalogue.samples')}</th>
          </tr>
        </thead>
        <tbody>
          {preview.columns.map(({ heading, samples }, i) => (
            <tr key={i} className={mapping[i] === null ? 'dim' : ''}>
              <td>{heading === '' ? `(${i + 1})` : heading}</td>
              <td>
                <select
                  aria-label={`${t('catalogue.means')}: ${heading === '' ? i + 1 : heading}`}
                  value={mapping[i] ?? ''}
                  disabled={preview.format === 'shopify'}
                  onChange={(event) => choose(i, event.target.value)}
                >
                  <option value="">{t('catalogue.nothing')}</option>
                  {CatalogueField.options.map((field) => (
                    <option key={field} value={field}>
                      {name(field)}
                    </option>
                  ))}
                </select>
              </td>
              <td className="wrapped dim">{samples.join(' · ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
} // prettier-ignore
