import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FileDrop } from '../catalogue/catalogue-screen.tsx';
import { ImportWork } from '../catalogue/import-work.tsx';
import { useCatalogue, type Upload } from '../catalogue/use-catalogue.ts';
import { useUnits } from '../words/units.ts';

/** The products, from the file that the shop has anyway; looked at before they are taken. */
export function CatalogueStep() {
  const { t } = useTranslation();
  const units = useUnits();
  const { facts, products, trouble, setTrouble, again } = useCatalogue();
  const [upload, setUpload] = useState<Upload | null>(null);
  const taken = () => {
    setUpload(null);
    again();
  };
  return (
    <>
      {trouble === null ? null : <p className="remedy" role="alert">{t('catalogue.failed', { why: trouble.why })}</p>}
      {upload === null || facts === null ? (
        <FileDrop onUpload={(next) => (setTrouble(null), setUpload(next))} onTrouble={setTrouble} />
      ) : (
        <ImportWork key={upload.uploadId} upload={upload} currency={facts.currency} onDone={taken} onCancel={() => setUpload(null)} />
      )}
      {facts === null || facts.products === 0 || upload !== null ? null : (
        <p className="good-text" role="status">
          {t('firstRun.products', { n: units.count(facts.products) })} <span className="dim">{products.slice(0, 3).map(({ name }) => units.words(name)).join(' · ')}</span>
        </p>
      )}
    </>
  );
} // prettier-ignore
