import { useCallback, useEffect, useRef, useState } from 'react';
import type { LogFilter, PanelResult } from '@livecue/shared/contract';
import { download } from '../catalogue/use-catalogue.ts';
import { usePanel } from '../live/use-live.tsx';
import { wordsOf } from '../parts/error-words.ts';

export type Log = PanelResult<'log.read'>;

const READ_MS = 5_000;
const PAGE = 100;
/** The newest entries, read again every 5 s while nobody reads older ones. */
export function useLog(filter: LogFilter) {
  const { client } = usePanel();
  const [log, setLog] = useState<Log | null>(null);
  const [older, setOlder] = useState<Log['rows']>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [checked, setChecked] = useState(false);
  const fail = useCallback((error: unknown) => setProblem(wordsOf(error)), []);
  const isOld = older.length > 0;
  const latest = useRef(filter);
  latest.current = filter;
  useEffect(() => {
    setOlder([]);
    setLog(null);
  }, [filter]);
  useEffect(() => {
    if (isOld) return undefined;
    let gone = false;
    const read = () =>
      client.call('log.read', { limit: PAGE, filter }).then((answer) => {
        if (gone) return;
        setProblem(null);
        setLog(answer);
      }, fail);
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [client, filter, isOld, fail]);
  const rows = [...(log?.rows ?? []), ...older];
  const more = () =>
    client.call('log.read', { before: rows.at(-1)?.seq ?? null, limit: PAGE, filter }).then((answer) => {
      // Entries that came for another filter do not fit under those that stand there now.
      if (latest.current !== filter) return;
      setOlder((before) => [...before, ...answer.rows]);
      setLog((before) => (before === null ? answer : { ...before, more: answer.more }));
    }, fail);
  const check = () =>
    client.call('log.check', {}).then(({ chain }) => {
      setLog((before) => (before === null ? before : { ...before, chain }));
      setChecked(true);
    }, fail);
  const save = async (format: 'csv' | 'jsonl') => {
    let text = '';
    for (let after = 0, isMore = true; isMore;) {
      const piece = await client.call('log.export', { format, after, filter });
      text += piece.text;
      after = piece.last;
      isMore = piece.more;
    }
    download(`livecue-log.${format}`, text);
  };
  return { log, rows, problem, checked, more, check, save: (format: 'csv' | 'jsonl') => save(format).catch(fail) };
}
