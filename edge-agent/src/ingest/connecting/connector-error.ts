import { AgentError } from '../../runtime/agent-error.ts';

/** The platform refused us in a way that asking again cannot mend: a wrong key, a missing permission. */
export class ConnectorRefusedError extends AgentError {
  readonly code = 'connector-refused';
  readonly retry = 'never';
}
