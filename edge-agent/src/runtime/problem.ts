import { isTroubleCode, type Trouble, type TroubleCode } from '@livecue/shared/contract';
import { AgentError } from './agent-error.ts';

/** What is wrong: `message` for logs and terminals, code and `about` for the panel's words. */
export interface Problem {
  readonly code: TroubleCode;
  readonly message: string;
  /** What the words name. Absent: nothing. */
  readonly about?: string;
}

/** Of an error whose code has no words of its own, and of a bug, the message is what is named. */
export function problemOf(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof AgentError && isTroubleCode(error.code) ? error.code : 'fault';
  return { code, message, about: message };
}

/** As it goes to the panel. `retryS`: seconds until it is tried again, or null. */
export function troubleOf({ code, about = '' }: Problem, retryS: number | null = null): Trouble {
  return { code, about: about.slice(0, 500), retryS };
}
