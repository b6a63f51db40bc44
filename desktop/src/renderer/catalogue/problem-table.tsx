import { useTranslation } from 'react-i18next';
import type { ImportProblem } from '@livecue/shared/contract';
import { useUnits } from '../words/units.ts';

/** Rows, columns and values with what is wrong; nothing when there are none. */
export function ProblemTable(props: { title: string; problems: readonly ImportProblem[]; count: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { title, problems, count } = props;
  if (count === 0) return null;
  return (
    <section className="problems" aria-label={title}>
      <h2>
        {title} <span className="dim">{units.count(count)}</span>
      </h2>
      <table>
        <thead>
          <tr>
            <th className="number">{t('catalogue.row')}</th>
            <th>{t('catalogue.column')}</th>
            <th>{t('catalogue.value')}</th>
            <th>{t('catalogue.right')}</th>
          </tr>
        </thead>
        <tbody>
          {problems.map(({ row, column, value, words }, i) => (
            <tr key={i}>
              <td className="number">{row ?? '–'}</td>
              <td>{column ?? '–'}</td>
              <td className="mono wrapped">{value === '' ? '–' : value}</td>
              <td className="wrapped">{units.words(words)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {count > problems.length ? (
        <p className="dim">{t('catalogue.moreProblems', { n: units.count(count - problems.length), shown: problems.length })}</p>
      ) : null}
    </section>
  ); // prettier-ignore
}
