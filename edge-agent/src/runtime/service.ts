/** A part with a life: constructed without side effects, started, stopped. `stop` is safe twice and before `start`. */
export interface Service {
  readonly name: string;
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Starts in order. When one fails, those already started are stopped in reverse and the error goes on. */
export async function startAll(services: readonly Service[], signal: AbortSignal): Promise<void> {
  const started: Service[] = [];
  try {
    for (const service of services) {
      signal.throwIfAborted();
      started.push(service);
      await service.start(signal);
    }
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

/** Stops in reverse, all of them, also after one failed; the first failure is thrown at the end. */
export async function stopAll(services: readonly Service[]): Promise<void> {
  const failures: unknown[] = [];
  for (const service of services.toReversed()) {
    try {
      await service.stop();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/**
 * Services that know nothing of each other as one: started in order, stopped at once. The signal ends their start alone,
 * for one that ended itself by it would not be waited for by `stop`, and go on while what it needs is closed already.
 */
export function together(name: string, services: readonly Service[]): Service {
  return {
    name,
    async start(signal) {
      const starting = new AbortController();
      const end = () => starting.abort(signal.reason);
      signal.addEventListener('abort', end, { once: true });
      try {
        await startAll(services, starting.signal);
      } finally {
        signal.removeEventListener('abort', end);
      }
    },
    async stop() {
      const ends = await Promise.allSettled(services.map((service) => service.stop()));
      const failed = ends.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}
