/** Thread that reads one file: a long or broken one costs the show nothing but this thread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Words } from '@livecue/shared/prompt';
import { readImport, type ImportInput, type ImportRead } from './read-import.ts';
import { UnreadableFileError } from './table.ts';

/** What the thread says, once. */
export type ImportAnswer = { readonly read: ImportRead } | { readonly unreadable: Words };

readImport(workerData as ImportInput).then(
  (read) => parentPort?.postMessage({ read } satisfies ImportAnswer),
  (error: unknown) => {
    // Anything else is a bug: it ends the thread, and the caller is told its text.
    if (!(error instanceof UnreadableFileError)) throw error;
    parentPort?.postMessage({ unreadable: error.words } satisfies ImportAnswer);
  },
);
