import { AgentError } from '../runtime/agent-error.ts';

/** A refusal that the panel may read: the call was understood and cannot be carried out. */
export class PanelCallError extends AgentError {
  readonly code: 'bad-request' | 'not-found';
  readonly retry = 'never';

  constructor(code: 'bad-request' | 'not-found', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
