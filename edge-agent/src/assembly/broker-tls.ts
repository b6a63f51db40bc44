import { readFileSync } from 'node:fs';
import type { AgentConfig } from '@livecue/shared/contract';
import { ConfigurationError } from '../runtime/agent-error.ts';
import type { MqttLinkConfig } from '../sync/mqtt-link.ts';

/** Reads the PEM files that the configuration names. Throws `ConfigurationError` with the file that cannot be read. */
export function readBrokerTls(files: AgentConfig['uplink']['brokerTls']): NonNullable<MqttLinkConfig['tls']> {
  const read = (key: keyof typeof files): string | undefined => {
    const file = files[key];
    if (file === null) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new ConfigurationError(`Reading uplink.brokerTls.${key}: ${(error as Error).message}. Give the path of a PEM file, or null.`); // prettier-ignore
    }
  };
  if ((files.certFile === null) !== (files.keyFile === null)) {
    throw new ConfigurationError(
      'uplink.brokerTls: certFile and keyFile belong together. Give both, or null for both.',
    );
  }
  const entries = [['ca', read('caFile')], ['cert', read('certFile')], ['key', read('keyFile')]] as const; // prettier-ignore
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined));
}
