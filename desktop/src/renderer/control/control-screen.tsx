import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { useUnits } from '../words/units.ts';
import { ButtonSection } from './button-section.tsx';
import { CopyLine } from './copy-line.tsx';
import { TokenSection } from './token-section.tsx';
import { useControl, type Control } from './use-control.ts';

const LOOPBACK = /^(127\.|localhost$|::1$)/;

function Addresses({ control }: { control: Control }) {
  const { t } = useTranslation();
  const { httpUrl, osc } = control;
  const isLocal = LOOPBACK.test(osc.host) || (httpUrl !== null && LOOPBACK.test(new URL(httpUrl).hostname));
  return (
    <section className="section surfaces-part" aria-label={t('surfaces.addresses')}>
      <h2>{t('surfaces.addresses')}</h2>
      {httpUrl === null ? null : <CopyLine label={t('surfaces.http')} text={httpUrl} />}
      {httpUrl === null ? null : <CopyLine label={t('surfaces.ws')} text={`${httpUrl.replace(/^http/, 'ws')}ws`} />}
      {osc.state === 'failed' ? <p className="remedy" role="alert">{osc.problem}</p> : null}
      <p>
        <span className="dim small copy-label">{t('surfaces.osc')}</span> {t('surfaces.udp', { host: osc.host, port: osc.port })}{' '}
        {osc.state === 'closed' ? <span className="dim">({t('surfaces.oscClosed')})</span> : null}
      </p>
      {isLocal ? <p className="dim small">{t('surfaces.local')}</p> : null}
    </section>
  );
} // prettier-ignore

/** What lights a button, as it is now: for whoever sets one up. */
function Shown({ control }: { control: Control }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { state, httpUrl } = control;
  const { card, explaining } = state;
  const facts: readonly (readonly [string, string])[] = [
    [t('surfaces.line'), units.words(state.text)],
    [t('surfaces.card'), card === null ? t('surfaces.none') : units.words(card.headline)],
    [t('surfaces.seconds'), card === null ? t('surfaces.none') : String(card.secondsLeft)],
    [t('surfaces.waiting'), t('surfaces.waitingN', { next: state.next, queued: state.queued })],
    [t('surfaces.hold'), t(state.hold ? 'surfaces.yes' : 'surfaces.no')],
    [t('surfaces.kill'), t(state.kill ? 'surfaces.yes' : 'surfaces.no')],
    [t('surfaces.explaining'), explaining === null ? t('surfaces.none') : units.words(explaining.name)],
  ];
  return (
    <section className="section surfaces-part" aria-label={t('surfaces.state')}>
      <h2>{t('surfaces.state')}</h2>
      {httpUrl === null ? null : <p className="dim">{t('surfaces.stateLead', { url: `${httpUrl}state` })}</p>}
      <dl className="surfaces-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="dim small">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Buttons outside of the panel: their tokens, where they send to, and what. */
export function ControlScreen({ state, nowMs }: { state: PanelState; nowMs: number }) {
  const { t } = useTranslation();
  const { control, problem, add, remove } = useControl();
  return (
    <main className="surfaces">
      <div className="sent-head">
        <h1>{t('surfaces.title')}</h1>
        <p className="dim">{t('surfaces.lead')}</p>
        {problem === null ? null : <p className="remedy" role="alert">{t('surfaces.failed', { why: problem })}</p>}
      </div>
      {control === null ? null : (
        <>
          <TokenSection tokens={control.tokens} nowMs={nowMs} onAdd={add} onRemove={remove} />
          <Addresses control={control} />
          <ButtonSection control={control} products={state.products} />
          <Shown control={control} />
        </>
      )}
    </main>
  );
} // prettier-ignore
