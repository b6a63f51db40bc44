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
