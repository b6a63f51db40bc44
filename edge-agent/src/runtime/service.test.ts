import { expect, test } from 'vitest';
import { startAll, stopAll, together, type Service } from './service.ts';

/** Ends itself when the signal does, as sources do; to end takes a turn of the event loop, and is told once. */
function source(name: string, told: string[], fails: 'start' | 'stop' | null = null): Service {
  let open = false;
  const self: Service = {
    name,
    async start(signal) {
      if (fails === 'start') throw new Error(`${name} does not start`);
      open = true;
      told.push(`${name} open`);
      signal.addEventListener('abort', () => void self.stop(), { once: true });
    },
    async stop() {
      if (!open) return;
      open = false;
      told.push(`${name} ends`);
      await new Promise((resolve) => setImmediate(resolve));
      if (fails === 'stop') throw new Error(`${name} does not end`);
      told.push(`${name} ended`);
    },
  };
  return self;
}
const store = (told: string[]): Service => ({ name: 'store', start: async () => undefined, stop: async () => void told.push('store closed') }); // prettier-ignore

test('what several need is closed when all of them have ended, also after their signal ended', async () => {
  const told: string[] = [];
  const end = new AbortController();
  const services = [store(told), together('sources', [source('a', told), source('b', told)])];
  await startAll(services, end.signal);
  end.abort(new Error('settings changed'));
  await stopAll(services);
  expect(told).toEqual(['a open', 'b open', 'a ends', 'b ends', 'a ended', 'b ended', 'store closed']);
  await stopAll(services);
});

test('one that does not start stops those before it; one that does not end keeps none of the others', async () => {
  const told: string[] = [];
  const signal = new AbortController().signal;
  await expect(together('sources', [source('a', told), source('b', told, 'start')]).start(signal)).rejects.toThrow('b does not start'); // prettier-ignore
  expect(told.splice(0)).toEqual(['a open', 'a ends', 'a ended']);
  const both = together('sources', [source('a', told, 'stop'), source('b', told)]);
  await both.start(signal);
  await expect(both.stop()).rejects.toThrow('a does not end');
  expect(told).toContain('b ended');
});

test('a signal that ends while they start ends their start', async () => {
  const end = new AbortController();
  const waiting: Service = {
    name: 'waits',
    start: (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    stop: async () => undefined,
  };
  const starting = together('sources', [waiting]).start(end.signal);
  end.abort(new Error('SIGTERM'));
  await expect(starting).rejects.toThrow('SIGTERM');
});
