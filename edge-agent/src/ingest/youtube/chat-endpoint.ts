import { ConfigurationError } from '../../runtime/agent-error.ts';

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])$/;

/** Without TLS, for loopback alone. */
export const isPlain = (url: string) => new URL(url).protocol === 'grpc:';

/** Throws `ConfigurationError` for what is neither grpcs://host:port nor grpc:// on loopback: a key must not cross a network in the clear. */
export function requireSafe(url: string): void {
  const { protocol, hostname } = new URL(url);
  const wrong = (message: string) => new ConfigurationError(`Setting up youtube: endpoints.youtube-grpc: ${message}.`);
  if (!isPlain(url) && protocol !== 'grpcs:') throw wrong('expected grpcs://host:port');
  if (isPlain(url) && !LOOPBACK.test(hostname)) throw wrong('grpc:// without TLS is for loopback only');
}
