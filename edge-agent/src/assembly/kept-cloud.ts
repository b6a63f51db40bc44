import path from 'node:path';
import type { AgentConfig } from '@livecue/shared/contract';
import type { Logger } from '../runtime/logger.ts';
import { createEmbeddedCloud, type EmbeddedCloud } from './embedded-cloud.ts';

/** Broker and receiver of our own, which stay while one agent gives way to the next with the same address. */
export interface KeptCloud {
  /** What an agent with this configuration uses; null: it sends elsewhere, or nothing. */
  for(uplink: AgentConfig['uplink'], databaseUrl: string | null, signal: AbortSignal): Promise<EmbeddedCloud | null>;
  stop(): Promise<void>;
}

export function createKeptCloud(ports: { readonly logger: Logger }, folder: string): KeptCloud {
  let kept: { readonly key: string; readonly cloud: EmbeddedCloud } | null = null;
  const stop = async () => {
    const { cloud } = kept ?? {};
    kept = null;
    await cloud?.stop();
  };
  return {
    async for({ enabled, brokerUrl, embeddedBrokerPort: port }, databaseUrl, signal) {
      const wanted = enabled && brokerUrl === null;
      const key = wanted ? `${port} ${databaseUrl}` : '';
      if (kept?.key === key) return kept.cloud;
      await stop();
      if (!wanted) return null;
      const cloud = createEmbeddedCloud(ports, { host: '127.0.0.1', port, databaseUrl, folder: path.join(folder, 'cloud') }); // prettier-ignore
      kept = { key, cloud };
      await cloud.start(signal);
      return cloud;
    },
    stop,
  };
}
