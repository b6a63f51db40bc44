import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HealthItem } from '@livecue/shared/contract';
import { usePanel } from '../live/use-live.tsx';
import { LevelIcon } from '../operator/level-icon.tsx';
import { useUnits } from '../words/units.ts';
import { wordsOf } from '../parts/error-words.ts';
import { SupportSection } from './support-section.tsx';

const READ_MS = 2_000;
const LEVELS = ['wrong', 'warn', 'ok'] as const;

function useChecks(): { checks: readonly HealthItem[] | null; problem: string | null } {
  const { client } = usePanel();
  const [checks, setChecks] = useState<readonly HealthItem[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const read = () =>
      client.call('air.check', {}).then(
        (answer) => {
          setProblem(null);
          setChecks(answer.checks);
        },
        (error: unknown) => setProblem(wordsOf(error)),
      );
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, [client]);
  return { checks, problem };
}

/** One page that says whether the show can begin: what is wrong, what is in doubt, what is well. */
export function AirScreen() {
  const { t } = useTranslation();
  const units = useUnits();
  const { checks, problem } = useChecks();
  const worst = checks === null ? null : (LEVELS.find((level) => checks.some((one) => one.level === level)) ?? 'ok');
  return (
    <main className="air">
      <h1>{t('air.title')}</h1>
      {problem === null ? null : <p className="remedy" role="alert">{t('host.notSent', { why: problem })}</p>}
      {worst === null ? null : (
        <p className={`air-word ${worst}`} role="status">
          <LevelIcon level={worst} size={28} /> {t(`air.${worst}`)}
        </p>
      )}
      <ul className="rows">
        {(checks ?? []).map(({ name, level, title, text, remedy }) => (
          <li key={name} className={`row ${level}`} data-check={name}>
            <LevelIcon level={level} />
            <div className="row-main">
              <div className="row-line">
                <strong>{units.words(title)}</strong>
                <span className="dim">{units.words(text)}</span>
                <span className="row-end">{t(`health.level.${level}`)}</span>
              </div>
              {remedy === null ? null : <p className="remedy">{units.words(remedy)}</p>}
            </div>
          </li>
        ))}
      </ul>
      <SupportSection />
    </main>
  );
} // prettier-ignore
