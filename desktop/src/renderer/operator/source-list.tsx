import { useTranslation } from 'react-i18next';
import type { SourceHealth } from '@livecue/shared/contract';
import { TroubleText } from '../parts/trouble-text.tsx';
import { useUnits } from '../words/units.ts';
import { LevelIcon, type Level } from './level-icon.tsx';
import { Section, WrongCount } from './section.tsx';

/** "Connected but silent" is the commonest failure in the field: it counts as wrong, whatever the socket says. */
export function sourceLevel(source: SourceHealth, nowMs: number): Level {
  if (source.state === 'failed') return 'wrong';
  if (source.state === 'open' && source.lastEventMs !== null && nowMs - source.lastEventMs > source.quietLimitMs)
    return 'wrong';
  if (source.state === 'degraded' || source.state === 'waiting' || source.problem !== null) return 'warn';
  return source.state === 'open' && source.lastEventMs !== null ? 'ok' : 'off';
}

/** Below this share the operator is told that the platform leaves likes out. */
const LIKES_WHOLE = 0.98;

/** Without the shop's interface its messages are hints; with it some may wait to be read. */
function Hints({ hints }: Pick<SourceHealth, 'hints'>) {
  const { t } = useTranslation();
  const units = useUnits();
  if (hints === undefined) return null;
  if (!hints.reading) return <span className="warn-text">{t('sources.hintsOnly')}</span>;
  return (
    <>
      {hints.waiting === 0 ? null : <span>{t('sources.hintsWaiting', { n: units.count(hints.waiting) })}</span>}
      {hints.unread === 0 ? null : (
        <span className="warn-text">{t('sources.hintsUnread', { n: units.count(hints.unread) })}</span>
      )}
    </>
  );
}

function SourceRow({ source, nowMs }: { source: SourceHealth; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const level = sourceLevel(source, nowMs);
  const ageMs = source.lastEventMs === null ? null : nowMs - source.lastEventMs;
  const silent = source.state === 'open' && ageMs !== null && ageMs > source.quietLimitMs;
  const drops = Object.entries(source.drops).filter(([, n]) => n > 0);
  const dropped = drops.reduce((sum, [, n]) => sum + n, 0);
  const likes = source.likes === undefined ? null : source.likes.counted / source.likes.told;
  return (
    <li className={`row ${level}`}>
      <LevelIcon level={level} />
      <div className="row-main">
        <div className="row-line">
          <strong title={source.endpoint}>{source.name}</strong>
          <span className="dim">
            {silent
              ? t('sources.silent', {
                  age: units.age(ageMs),
                  limit: t('age.s', { n: units.rate(source.quietLimitMs / 1000) }),
                })
              : t(`sources.state.${source.state}`)}
          </span>
          <span className="row-end">{ageMs === null ? t('sources.noEvent') : silent ? null : units.age(ageMs)}</span>
        </div>
        <div className="row-line dim small">
          <span>{t('sources.rate', { n: units.rate(source.eventsPerSecond) })}</span>
          <span>{t('sources.events', { n: units.count(source.events) })}</span>
          {dropped === 0 ? null : (
            <span title={drops.map(([reason, n]) => `${reason}: ${n}`).join('\n')}>
              {t('sources.drops', { n: units.count(dropped) })}
            </span>
          )}
          {source.lostUpstream === 0 ? null : (
            <span className="warn-text">{t('sources.lost', { n: units.count(source.lostUpstream) })}</span>
          )}
          {likes === null || likes > LIKES_WHOLE ? null : (
            <span className="warn-text">{t('sources.likes', { n: units.percent(likes) })}</span>
          )}
          <Hints hints={source.hints} />
          {source.quotaLeft === undefined ? null : (
            <span>{t('sources.quota', { n: units.count(source.quotaLeft) })}</span>
          )}
          {source.cursor === undefined ? null : <span title={source.cursor}>{t('sources.cursor')}</span>}
        </div>
        {source.problem === null ? null : <TroubleText trouble={source.trouble} problem={source.problem} />}
        {/* Where to send to is asked for while nothing comes. */}
        {level === 'ok' ? null : <div className="mono dim endpoint">{source.endpoint}</div>}
      </div>
    </li>
  );
}

export function SourceList({ sources, nowMs }: { sources: readonly SourceHealth[]; nowMs: number }) {
  const { t } = useTranslation();
  const wrong = sources.filter((source) => sourceLevel(source, nowMs) === 'wrong').length;
  return (
    <Section name="sources" title={t('sources.title')} aside={<WrongCount n={wrong} />} reachable>
      {sources.length === 0 ? <p className="empty">{t('sources.empty')}</p> : null}
      <ul className="rows">
        {sources.map((source) => (
          <SourceRow key={source.name} source={source} nowMs={nowMs} />
        ))}
      </ul>
    </Section>
  );
}
