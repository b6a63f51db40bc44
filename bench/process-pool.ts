import { fork, type ChildProcess } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

/** Runs jobs in child processes of their own, each one job at a time. */
export interface ProcessPool<Job, Result> {
  /** In the order of the jobs; `done` is called after each. Rejects with the first error of a child. */
  run(jobs: readonly Job[], done: () => void): Promise<Result[]>;
  close(): void;
}

type Answer<Result> = { readonly result: Result } | { readonly error: string };

/** `module` calls `serveJobs`. At most 2 children, and no more than the machine has cores. */
export function createPool<Job, Result>(module: URL): ProcessPool<Job, Result> {
  const size = Math.min(2, os.availableParallelism());
  const children = Array.from({ length: size }, () => fork(fileURLToPath(module), { serialization: 'advanced' }));
  return {
    async run(jobs, done) {
      const results: Result[] = new Array<Result>(jobs.length);
      let next = 0;
      const work = async (child: ChildProcess) => {
        for (let index = next++; index < jobs.length; index = next++) {
          results[index] = await askChild<Job, Result>(child, jobs[index] as Job);
          done();
        }
      };
      await Promise.all(children.map(work));
      return results;
    },
    close: () => children.forEach((child) => child.disconnect()),
  };
}

function askChild<Job, Result>(child: ChildProcess, job: Job): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a child process of the bench ended with code ${code}`));
    child.once('exit', onExit);
    child.once('message', (answer: Answer<Result>) => {
      child.off('exit', onExit);
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.result);
    });
    child.send(job as object);
  });
}

/** The child's side: answers each job, and ends when the parent lets go. */
export function serveJobs<Job, Result>(play: (job: Job) => Promise<Result>, close: () => Promise<void>): void {
  process.on('message', (job: Job) => {
    play(job).then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }), // prettier-ignore
    );
  });
  process.once('disconnect', () => void close());
}
