import { Worker } from 'node:worker_threads';
import type { ImportAnswer } from './import-worker.ts';
import type { ImportInput, ImportRead } from './read-import.ts';
import { UnreadableFileError } from './table.ts';

const DEADLINE_MS = 60_000;
/** A workbook of 10,000 products takes some 200 MB while it is read. */
const MEMORY_MB = 768;

const heavy = (cause?: unknown) =>
  new UnreadableFileError({ zh: '这个文件太大或太复杂，没有读完。请只留商品，另存为 CSV 再试。', en: 'This file is too big or too odd and was not read to its end. Keep the products alone, save as CSV and try again.' }, { cause }); // prettier-ignore

/** `readImport` in a thread of its own, bounded in time and memory. Throws `UnreadableFileError` as it does. */
export async function readImportInThread(input: ImportInput): Promise<ImportRead> {
  const worker = new Worker(new URL('./import-worker.ts', import.meta.url), {
    workerData: input,
    name: 'livecue-import',
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<ImportAnswer>((resolve, reject) => {
      timer = setTimeout(() => reject(heavy()), DEADLINE_MS);
      worker.once('message', resolve);
      worker.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? heavy(error) : error)); // prettier-ignore
      worker.once('exit', (code) => reject(new Error(`the thread that reads a product file ended with code ${code}`)));
    });
    if ('unreadable' in answer) throw new UnreadableFileError(answer.unreadable);
    return answer.read;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
