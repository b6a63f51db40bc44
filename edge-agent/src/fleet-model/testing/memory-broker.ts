import type { FleetChannel } from '../../ports.ts';

/** Retained topics in memory, with one client whose connection can be cut. */
export interface MemoryBroker {
  readonly channel: FleetChannel;
  readonly retained: Map<string, Buffer>;
  /** Topics that were given to the client, one entry a message. */
  readonly given: string[];
  put(topic: string, payload: Buffer | string): void;
  setConnected(connected: boolean): void;
}

export function createMemoryBroker(): MemoryBroker {
  const retained = new Map<string, Buffer>();
  const given: string[] = [];
  const listeners = new Map<string, Set<(payload: Buffer) => void>>();
  const onConnected = new Set<() => void>();
  let connected = true;
  const give = (topic: string) => {
    setImmediate(() => {
      const payload = retained.get(topic);
      if (!connected || payload === undefined) return;
      for (const listener of listeners.get(topic) ?? []) {
        given.push(topic);
        listener(payload);
      }
    });
  };
  return {
    retained,
    given,
    put(topic, payload) {
      retained.set(topic, Buffer.from(payload));
      give(topic);
    },
    setConnected(now) {
      connected = now;
      if (!now) return;
      for (const topic of listeners.keys()) give(topic);
      for (const listener of onConnected) listener();
    },
    channel: {
      problem: null,
      get connected() {
        return connected;
      },
      subscribe(topic, listener) {
        const known = listeners.get(topic) ?? new Set();
        listeners.set(topic, known.add(listener));
        give(topic);
        return () => {
          known.delete(listener);
          if (known.size === 0) listeners.delete(topic);
        };
      },
      async publish(topic, payload) {
        if (connected) retained.set(topic, Buffer.from(payload));
        return connected;
      },
      onConnected(listener) {
        onConnected.add(listener);
        return () => void onConnected.delete(listener);
      },
    },
  };
}
