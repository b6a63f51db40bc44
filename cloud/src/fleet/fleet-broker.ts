import mqtt, { type MqttClient } from 'mqtt';
import type { BrokerAccess } from '../access.ts';

export interface FleetBroker {
  /** What is retained on these topics, by topic; `quietMs` without another one means that all have come. */
  retained(filters: readonly string[], quietMs?: number): Promise<Map<string, Buffer>>;
  /** Retained, QoS 1. Throws when the broker refuses it. */
  keep(topic: string, payload: string | Buffer): Promise<void>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
const QUIET_MS = 500;

/** A connection of a command that ends. Throws, with the address, when there is none within 10 s. */
export async function openFleetBroker(url: string, access: BrokerAccess): Promise<FleetBroker> {
  let client: MqttClient;
  try {
    client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0, connectTimeout: CONNECT_MS, ...access }); // prettier-ignore
  } catch (error) {
    throw new Error(`no connection to the broker ${url} (${(error as Error).message || String((error as NodeJS.ErrnoException).code)}): check its address, that it runs, user and password`, { cause: error }); // prettier-ignore
  }
  return {
    async retained(filters, quietMs = QUIET_MS) {
      const found = new Map<string, Buffer>();
      let lastMs = performance.now();
      const listen = (topic: string, payload: Buffer, { retain }: { retain: boolean }) => {
        if (retain && payload.length > 0) found.set(topic, payload);
        lastMs = performance.now();
      };
      client.on('message', listen);
      await client.subscribeAsync([...filters], { qos: 1 });
      while (performance.now() - lastMs < quietMs) await new Promise((resolve) => setTimeout(resolve, 20));
      await client.unsubscribeAsync([...filters]);
      client.off('message', listen);
      return found;
    },
    async keep(topic, payload) {
      try {
        await client.publishAsync(topic, payload, { qos: 1, retain: true });
      } catch (error) {
        throw new Error(`the broker ${url} refuses ${topic} (${(error as Error).message}): allow this user to write it (cloud/mosquitto/acl shows how)`, { cause: error }); // prettier-ignore
      }
    },
    close: () => client.endAsync(),
  };
}
