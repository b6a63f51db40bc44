import { ConfigurationError } from '../../runtime/agent-error.ts';
import type { ConnectorContext } from '../connector.ts';

/** The URL of a logical host. Throws `ConfigurationError` when the map has none, or no URL. */
export function endpointOf(context: Pick<ConnectorContext, 'endpoints'>, name: string, connector: string): string {
  const url = context.endpoints[name];
  if (url === undefined || !URL.canParse(url)) {
    throw new ConfigurationError(`Setting up ${connector}: endpoints.${name} is not a URL. Give the address of the platform, or leave the default.`); // prettier-ignore
  }
  return url;
}

/** `base` with `path` behind its own path. */
export function under(base: string, path: string): URL {
  return new URL(base.replace(/\/+$/, '') + path);
}
