/** What a command may touch of the process; only `main.ts` has the process itself. */
export interface Io {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Arguments without the command's name → exit code: 0 done, 1 the run failed, 2 the call was wrong. */
export type Command = (args: string[], io: Io) => Promise<number>;
