import { useCallback, useEffect, useState } from 'react';
import { UPLOAD_CHUNK_MAX, type PanelArgs, type PanelResult, type PanelVerb } from '@livecue/shared/contract';
import { usePanel } from '../live/use-live.tsx';
import { troubleOf, type Trouble } from '../parts/error-words.ts';

const READ_MS = 2_000;
const CHUNK_BYTES = (UPLOAD_CHUNK_MAX / 4) * 3;

/** What can be rehearsed and what was, read again every 2 s and after everything that is done here. */
export function useRehearsal() {
  const { client } = usePanel();
  const [facts, setFacts] = useState<PanelResult<'rehearsal.read'> | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let gone = false;
    const read = () =>
      client.call('rehearsal.read', {}).then(
        (answer) => {
          if (!gone) setFacts(answer);
        },
        (error: unknown) => (gone ? undefined : setTrouble(troubleOf(error))),
      );
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [client, round]);
  const act = useCallback(
    <V extends PanelVerb>(verb: V, args: PanelArgs<V>): Promise<void> =>
      client
        .call(verb, args)
        .then(
          () => setTrouble(null),
          (error: unknown) => setTrouble(troubleOf(error)),
        )
        .finally(() => setRound((n) => n + 1)),
    [client],
  );
  return { facts, trouble, setTrouble, act, again: useCallback(() => setRound((n) => n + 1), []) };
}

/** Sends a recording piece by piece, reading no more of it than a piece at a time; resolves when the agent has it. */
export function useSendRecording() {
  const { client } = usePanel();
  return useCallback(
    async (file: File, onSent: (ratio: number) => void): Promise<void> => {
      const uploadId = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join(''); // prettier-ignore
      for (let offset = 0; offset < file.size;) {
        const bytes = new Uint8Array(await file.slice(offset, offset + CHUNK_BYTES).arrayBuffer());
        let text = '';
        for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
        const piece = { uploadId, name: file.name, totalBytes: file.size, offset, chunk: btoa(text) };
        offset = (await client.call('rehearsal.upload', piece)).receivedBytes;
        onSent(offset / file.size);
      }
    },
    [client],
  );
}
