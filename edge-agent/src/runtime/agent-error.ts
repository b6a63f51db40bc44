/** Trouble with the environment. `retry` is the decision, so that nobody reads the text. */
export abstract class AgentError extends Error {
  abstract readonly code: string;
  abstract readonly retry: 'never' | 'later';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class PortInUseError extends AgentError {
  readonly code = 'port-in-use';
  readonly retry = 'never';
}

export class ConfigurationError extends AgentError {
  readonly code = 'configuration';
  readonly retry = 'never';
}

export class DiskFullError extends AgentError {
  readonly code = 'disk-full';
  readonly retry = 'later';
}

export class DiskFailedError extends AgentError {
  readonly code = 'disk-failed';
  readonly retry = 'later';
}

export class InputError extends AgentError {
  readonly code = 'input';
  readonly retry = 'never';
}
