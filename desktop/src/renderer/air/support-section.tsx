import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Download } from 'lucide-react';
import { download } from '../catalogue/use-catalogue.ts';
import { usePanel } from '../live/use-live.tsx';
import { useMay } from '../live/use-self.tsx';
import { wordsOf } from '../parts/error-words.ts';

/** One file for somebody who helps, with what is in it said before it is made. */
export function SupportSection() {
  const { t } = useTranslation();
  const { client } = usePanel();
  const may = useMay()('support.make');
  const [saved, setSaved] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const save = async () => {
    setFailed(null);
    setSaved(null);
    const { name, text } = await client.call('support.make', {});
    download(name, text);
    setSaved(name);
  };
  return (
    <section className="support" aria-labelledby="support-title">
      <div className="row-line">
        <h2 id="support-title">{t('support.title')}</h2>
        <button type="button" className="button" disabled={!may} onClick={() => void save().catch((error: unknown) => setFailed(wordsOf(error)))}>
          <Download size={14} aria-hidden="true" /> {t('support.save')}
        </button>
        {may ? null : <span className="dim">{t('support.mayNot')}</span>}
      </div>
      <p role="status">{saved === null ? '' : t('support.saved', { name: saved })}</p>
      <p className="dim">{t('support.holds')}</p>
      <p className="dim">{t('support.without')}</p>
      {failed === null ? null : <p className="remedy" role="alert">{t('support.failed', { why: failed })}</p>}
    </section>
  );
} // prettier-ignore
