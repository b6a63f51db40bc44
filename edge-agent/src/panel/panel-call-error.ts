import type { PanelErrorCode } from '@livecue/shared/contract';
import { AgentError } from '../runtime/agent-error.ts';

/** A refusal that the panel may read: the call was understood and cannot be carried out (`internal`: the disk refused). */
export class PanelCallError extends AgentError {
  readonly code: PanelErrorCode;
  readonly retry = 'never';

  constructor(code: PanelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
