import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelState, ProductDetail as Detail, ProductState } from '@livecue/shared/contract';
import { usePanel } from '../../live/use-live.tsx';
import { useUnits } from '../../words/units.ts';
import { AcrossTable } from './across-table.tsx';
import { ForecastChart } from './forecast-chart.tsx';
import { InterestWhy } from './interest-why.tsx';
import { QuestionsWhy, SalesWhy } from './sales-why.tsx';
import { wordsOf } from '../../parts/error-words.ts';

const EVERY_MS = 1_000;

/** The detail of a product, read again each second while it is open. */
function useDetail(productId: string): { detail: Detail | null; problem: string | null } {
  const { client } = usePanel();
  const [detail, setDetail] = useState<Detail | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    const read = () =>
      client.call('product.read', { productId }).then(
        (answer) => {
          if (gone) return;
          setDetail(answer);
          setProblem(null);
        },
        (error: unknown) => {
          if (!gone) setProblem(wordsOf(error));
        },
      );
    void read();
    const timer = setInterval(() => void read(), EVERY_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [client, productId]);
  return { detail, problem };
}

/** Why the numbers of a product's row are what they are; Esc closes it. */
export function ProductDetail(props: { product: ProductState; state: PanelState; onClose: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const dialog = useRef<HTMLDialogElement>(null);
  const { product } = props;
  const { detail, problem } = useDetail(product.productId);
  useEffect(() => dialog.current?.showModal(), []);
  const name = t('detail.title', { n: product.linkNumber ?? '–', name: units.words(product.name) });
  return (
    <dialog className="dialog product-detail" ref={dialog} onClose={props.onClose} aria-label={name}>
      <div className="row-line">
        <h2 tabIndex={-1} autoFocus>
          {name}
        </h2>
        <button type="button" className="button small row-end" onClick={() => dialog.current?.close()}>
          {t('detail.close')} <kbd>Esc</kbd>
        </button>
      </div>
      {problem === null ? null : (
        <p className="remedy" role="alert">
          {t('detail.failed', { why: problem })}
        </p>
      )}
      {detail === null ? null : (
        <div className="detail-parts">
          <section>
            <h3>{t('detail.interest')}</h3>
            <InterestWhy why={detail.interest} productId={product.productId} nowMs={props.state.nowMs} />
            <h3>{t('detail.questions')}</h3>
            <QuestionsWhy detail={detail} />
            {detail.forecast === null ? null : <AcrossTable forecast={detail.forecast} />}
          </section>
          <section>
            <h3>{t('detail.sales')}</h3>
            {detail.forecast === null ? (
              <p className="empty">{t('detail.noForecast')}</p>
            ) : (
              <>
                <figure className="cone">
                  <ForecastChart detail={detail} unitsSold={product.unitsSold} label={t('detail.chart')} />
                  <figcaption className="small dim">
                    <span className="key sold" /> {t('detail.soldLine')} <span className="key mean" /> {t('detail.meanLine')}{' '}
                    <span className="key band" /> {t('detail.bandLine')} <span className="key stock" /> {t('detail.stockLine')}
                  </figcaption>
                </figure>
              </>
            )}
            <SalesWhy detail={detail} product={product} />
          </section>
        </div>
      )}
    </dialog>
  );
} // prettier-ignore
