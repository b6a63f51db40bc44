import { AgentError } from '../runtime/agent-error.ts';

/** A refusal that the panel may read: the call was understood and cannot be carried out (`internal`: the disk refused). */
export class PanelCallError extends AgentError {
  readonly code: 'bad-request' | 'not-found' | 'internal';
  readonly retry = 'never';

  constructor(code: 'bad-request' | 'not-found' | 'internal', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
