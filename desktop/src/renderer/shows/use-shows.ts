import { useCallback, useEffect, useState } from 'react';
import type { RecordedShow } from '@livecue/shared/contract';
import { usePanel } from '../live/use-live.tsx';
import { ShowTally, type ShowSummary } from './show-summary.ts';
import { troubleOf, type Trouble } from '../parts/error-words.ts';

const READ_MS = 2_000;

/** The shows that are kept, newest first, read again every 2 s; null before the first answer. */
export function useShows(): { shows: readonly RecordedShow[] | null; refused: Trouble | null } {
  const { client } = usePanel();
  const [shows, setShows] = useState<readonly RecordedShow[] | null>(null);
  const [refused, setRefused] = useState<Trouble | null>(null);
  useEffect(() => {
    const read = () =>
      client.call('shows.list', {}).then(
        (answer) => {
          setRefused(null);
          setShows(answer.shows.toReversed());
        },
        (error: unknown) => setRefused(troubleOf(error)),
      );
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, [client]);
  return { shows, refused };
}

/** Reads the record of a show from its first entry to its newest and adds it up. */
export function useSummary(showId: string) {
  const { client } = usePanel();
  const [summary, setSummary] = useState<ShowSummary | null>(null);
  const [read, setRead] = useState(0);
  const [refused, setRefused] = useState<Trouble | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let gone = false;
    const readAll = async () => {
      const tally = new ShowTally(showId);
      setRefused(null);
      for (let after = 0, count = 0; ;) {
        const { rows } = await client.call('shows.read', { showId, after });
        if (gone) return;
        const last = rows.at(-1);
        if (last === undefined) break;
        for (const { entry } of rows) tally.add(entry);
        after = last.id;
        setRead((count += rows.length));
      }
      setSummary(tally.summary());
    };
    readAll().catch((error: unknown) => {
      if (!gone) setRefused(troubleOf(error));
    });
    return () => {
      gone = true;
    };
  }, [client, showId, round]);
  return { summary, read, refused, again: useCallback(() => setRound((n) => n + 1), []) };
}
