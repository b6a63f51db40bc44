import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LogKind, type LogChain, type LogFilter, type LogRow } from '@livecue/shared/contract';
import { CircleCheck, CircleX, Download, Link2, TriangleAlert } from 'lucide-react';
import { useUnits } from '../words/units.ts';
import { useLog, type Log } from './use-log.ts';

const OUTCOMES = { done: ['dim', CircleCheck], refused: ['wrong-text', CircleX], failed: ['wrong-text', TriangleAlert] } as const; // prettier-ignore

/** What was done, in words; a verb that this page does not know keeps its name. */
function useVerbWords(): (verb: string) => string {
  const { t, i18n } = useTranslation();
  return (verb) => {
    const key = `log.verb.${verb.replaceAll('.', '_')}`;
    return i18n.exists(key) ? t(key as 'log.verb.prompt_done') : verb;
  };
}

/** Long ids and hashes by their beginning; they are whole in the export. */
const shortIds = (args: string) => args.replace(/\b([0-9a-f]{8})[0-9a-f]{8,}\b/g, '$1…');

function Row({ row }: { row: LogRow }) {
  const { t, i18n } = useTranslation();
  const units = useUnits();
  const words = useVerbWords();
  const [look, Icon] = OUTCOMES[row.outcome];
  const roleKey = `role.${row.role}`;
  return (
    <tr data-entry={row.seq}>
      <td className="number dim">{row.seq}</td>
      <td className="nowrap">
        {units.date(row.atMs)} {units.clock(row.atMs)}
      </td>
      <td className="wrapped log-who">
        {row.name === '' ? <span className="mono">{row.device}</span> : row.name}{' '}
        <span className="dim">{i18n.exists(roleKey) ? t(roleKey as 'role.admin') : row.role}</span>
      </td>
      <td className="wrapped" title={row.verb}>
        <strong>{words(row.verb)}</strong> <span className="dim">{shortIds(row.args)}</span>
      </td>
      <td className={look}>
        <Icon size={14} aria-hidden="true" /> {t(`log.outcome.${row.outcome}`)}
        {row.code === null ? null : <span className="dim"> {row.code}</span>}
      </td>
    </tr>
  );
}

/** Whether every entry follows from the one before. */
function Chain({ chain, checked, onCheck }: { chain: LogChain; checked: boolean; onCheck: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { entries, sinceMs, head, problem } = chain;
  const Icon = problem === null ? Link2 : TriangleAlert;
  return (
    <p className="row-line log-chain" role="status">
      <span className={problem === null ? 'good-text' : 'wrong-text'}>
        <Icon size={14} aria-hidden="true" />{' '}
        {problem !== null
          ? t('log.broken', { line: units.count(problem.line), why: problem.words })
          : sinceMs === null
            ? t('log.nothing')
            : t('log.whole', { n: units.count(entries), since: units.date(sinceMs) })}
      </span>
      <span className="mono dim" title={t('log.headAbout')}>
        {head.slice(0, 12)}…
      </span>
      <button type="button" className="button small" onClick={onCheck}>
        {t('log.check')}
      </button>
      {checked ? <span className="dim">{t('log.checked')}</span> : null}
    </p>
  );
}

function Filters({ filter, devices, onFilter }: { filter: LogFilter; devices: Log['devices']; onFilter: (filter: LogFilter) => void }) {
  const { t } = useTranslation();
  return (
    <div className="row-line log-filters">
      <select aria-label={t('log.kindLabel')} value={filter.kind ?? ''} onChange={({ target }) => onFilter({ ...filter, kind: LogKind.safeParse(target.value).data ?? null })}>
        <option value="">{t('log.allKinds')}</option>
        {LogKind.options.map((kind) => <option key={kind} value={kind}>{t(`log.kind.${kind}`)}</option>)}
      </select>
      <select aria-label={t('log.deviceLabel')} value={filter.device ?? ''} onChange={({ target }) => onFilter({ ...filter, device: target.value === '' ? null : target.value })}>
        <option value="">{t('log.allDevices')}</option>
        {devices.map(({ device, name }) => <option key={device} value={device}>{name === '' ? device : `${name} · ${device}`}</option>)}
      </select>
      <label>
        <input type="checkbox" checked={filter.trouble} onChange={({ target }) => onFilter({ ...filter, trouble: target.checked })} /> {t('log.trouble')}
      </label>
    </div>
  );
} // prettier-ignore

/** Who changed what, and when: the audit log, newest first, with the state of its chain of hashes. */
export function LogScreen() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<LogFilter>({ kind: null, device: null, trouble: false });
  const { log, rows, problem, checked, more, check, save } = useLog(filter);
  const devices = useMemo(() => log?.devices ?? [], [log]);
  return (
    <main className="sent log">
      <div className="sent-head">
        <h1>{t('log.title')}</h1>
        <p className="dim">{t('log.lead')}</p>
        {log === null ? null : <Chain chain={log.chain} checked={checked} onCheck={() => void check()} />}
        <div className="row-line log-tools">
          <Filters filter={filter} devices={devices} onFilter={setFilter} />
          <span className="row-end actions">
            {(['csv', 'jsonl'] as const).map((format) => (
              <button key={format} type="button" className="button small" onClick={() => void save(format)}>
                <Download size={12} aria-hidden="true" /> {format.toUpperCase()}
              </button>
            ))}
          </span>
        </div>
        {problem === null ? null : (
          <p className="remedy" role="alert">
            {t('log.failed', { why: problem })}
          </p>
        )}
      </div>
      <section className="section log-list" tabIndex={0} aria-label={t('log.title')}>
        {log !== null && rows.length === 0 ? <p className="empty">{t(filter.kind === null && filter.device === null && !filter.trouble ? 'log.empty' : 'log.noneFits')}</p> : null}
        {rows.length === 0 ? null : (
          <table className="log-table">
            <thead>
              <tr>
                {(['entry', 'at', 'who', 'what', 'result'] as const).map((column) => <th key={column} className={column === 'entry' ? 'number' : ''}>{t(`log.${column}`)}</th>)}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => <Row key={row.seq} row={row} />)}
            </tbody>
          </table>
        )}
        {log?.more === true ? (
          <button type="button" className="button small log-more" onClick={() => void more()}>
            {t('log.more')}
          </button>
        ) : null}
      </section>
    </main>
  );
} // prettier-ignore
