import { PanelMessage, type PanelArgs, type PanelErrorCode, type PanelResult, type PanelState, type PanelVerb } from '@livecue/shared/contract'; // prettier-ignore

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Tries again by itself. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'not-paired' }
  /** The agent speaks another contract; `detail` names the first difference. */
  | { readonly kind: 'incompatible'; readonly detail: string }
  /** The desktop cannot find an agent; `detail` says what to do. */
  | { readonly kind: 'unreachable'; readonly detail: string };

export type PairOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'wrong-code' | 'unreachable' }
  | { readonly ok: false; readonly reason: 'locked'; readonly retryAfterMs: number };

export interface PanelListener {
  onState(state: PanelState): void;
  onConnection(connection: Connection): void;
}

/** One way to the agent; the page knows no more of it than this. */
export interface PanelClient {
  readonly kind: 'desktop' | 'browser';
  start(listener: PanelListener): void;
  stop(): void;
  /** Rejects with `PanelRefusedError`, also when nobody answers within 5 s. */
  call<V extends PanelVerb>(verb: V, args: PanelArgs<V>): Promise<PanelResult<V>>;
  pair(code: string): Promise<PairOutcome>;
}

/** The agent, or the way to it, said no. */
export class PanelRefusedError extends Error {
  readonly code: PanelErrorCode | 'no-answer';

  constructor(code: PanelErrorCode | 'no-answer', message: string) {
    super(message);
    this.name = 'PanelRefusedError';
    this.code = code;
  }
}

/** A message of the agent, or what about it this page cannot read. */
export function parseMessage(value: unknown): { ok: true; message: PanelMessage } | { ok: false; detail: string } {
  const parsed = PanelMessage.safeParse(value);
  if (parsed.success) return { ok: true, message: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, detail: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
}
