import { AgentError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { problemOf, type Problem } from '../runtime/problem.ts';

/** Frames handed to the journal and not yet on disk: beyond this the reader waits for the disk. */
const MAX_PENDING_FRAMES = 2_048;
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** With a disk that refuses, one frame in this time is tried. Milliseconds. */
const DISK_RETRY_MS = 1_000;

/** Follows frames of one source to the disk. */
export interface DiskGuard {
  /** True when the source should wait before it reads on. */
  readonly behind: boolean;
  watch(durable: Promise<void>, bytes: number): void;
  /** Waits for the disk; when it refuses, for a second, so that the next frame is the next try. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

/** For sources that cannot tell their sender: one promise a frame, none an event. */
export function createDiskGuard(
  sourceName: string,
  ports: { readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>; readonly logger: Logger },
  onProblem: (problem: Problem | null) => void,
): DiskGuard {
  let frames = 0;
  let bytes = 0;
  let refused = false;
  let newest: Promise<unknown> = Promise.resolve();
  return {
    get behind() {
      return refused || frames >= MAX_PENDING_FRAMES || bytes >= MAX_PENDING_BYTES;
    },
    watch(durable: Promise<void>, size: number): void {
      frames++;
      bytes += size;
      newest = durable.then(
        () => {
          frames--;
          bytes -= size;
          if (refused) onProblem(null);
          refused = false;
        },
        (error: unknown) => {
          frames--;
          bytes -= size;
          const told = problemOf(error);
          const problem: Problem = error instanceof AgentError ? told : { ...told, message: `writing the journal failed: ${String(error)}` }; // prettier-ignore
          if (!refused) ports.logger.warn(`source ${sourceName} waits for the disk: ${problem.message}`);
          refused = true;
          onProblem(problem);
        },
      );
    },
    async caughtUp(signal: AbortSignal): Promise<void> {
      await newest;
      if (refused) await ports.sleep(DISK_RETRY_MS, signal);
    },
  };
}
