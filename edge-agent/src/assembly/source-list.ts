import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '@livecue/shared/contract';
import { createHttpSource } from '../ingest/http-source.ts';
import { createReplaySource } from '../ingest/replay-source.ts';
import { createSimulatorSource } from '../ingest/simulator/simulator-source.ts';
import { createZmqSource } from '../ingest/zmq-source.ts';
import type { FrameSink, Source } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';

const PROFILES = ['calm', 'standard', 'busy', 'faulty', 'demo', 'load'] as const;
export type Profile = (typeof PROFILES)[number];

/** One `--source` of the call. */
export type SourceCall =
  | { readonly kind: 'zmq' }
  | { readonly kind: 'http' }
  | { readonly kind: 'simulator'; readonly profile: Profile; readonly seed: number }
  | { readonly kind: 'replay'; readonly file: string; readonly speed: number | 'max' };

/** `zmq`, `http`, `simulator[:PROFILE[:SEED]]`, `replay:FILE[@SPEED]` */
export function parseSourceCalls(names: readonly string[]): { calls: SourceCall[] } | { wrong: string } {
  const calls: SourceCall[] = [];
  for (const name of names) {
    const call = parseOne(name);
    if ('wrong' in call) return call;
    calls.push(call);
  }
  return { calls };
}

function parseOne(name: string): SourceCall | { wrong: string } {
  if (name === 'zmq' || name === 'http') return { kind: name };
  const [kind, ...rest] = name.split(':');
  if (kind === 'simulator') {
    const profile = PROFILES.find((known) => known === (rest[0] ?? 'standard'));
    if (profile === undefined) return { wrong: `--source ${name}: the profiles are ${PROFILES.join(', ')}` };
    const seed = Number(rest[1] ?? 1);
    if (!Number.isSafeInteger(seed)) return { wrong: `--source ${name}: the seed must be a whole number` };
    return { kind, profile, seed };
  }
  if (kind === 'replay' && rest.length > 0) {
    const [, file = '', speed = '1'] = /^(.*?)(?:@(max|[\d.]+))?$/.exec(rest.join(':')) ?? [];
    if (speed !== 'max' && !(Number(speed) >= 1 && Number(speed) <= 50))
      return { wrong: `--source ${name}: the speed goes from 1 to 50, or max` };
    return { kind, file, speed: speed === 'max' ? 'max' : Number(speed) };
  }
  return { wrong: `--source ${name}: give zmq, http, simulator[:PROFILE[:SEED]] or replay:FILE[@SPEED]` };
}

/** Builds what the call named; nothing is opened before `start`. */
export function sourcesFrom(
  calls: readonly SourceCall[],
  ports: { sink: FrameSink; token: string; nowMs: () => number; logger: Logger },
  config: AgentConfig,
): Source[] {
  const { sink, token, nowMs } = ports;
  const sleep = async (ms: number, signal: AbortSignal) => {
    // An abort ends the wait early; the caller looks at its signal.
    await delay(ms, undefined, { signal }).catch(() => undefined);
  };
  return calls.map((call) => {
    switch (call.kind) {
      case 'zmq':
        return createZmqSource({ sink, nowMs }, config.ingest.zmq);
      case 'http':
        return createHttpSource({ sink, nowMs, token }, config.ingest);
      case 'simulator':
        return createSimulatorSource(
          { sink, nowMs, sleep },
          { profile: call.profile, seed: call.seed, speed: 1, roomId: config.room.id },
        );
      case 'replay':
        return createReplaySource({ sink, nowMs, sleep }, { files: [call.file], speed: call.speed, shiftToNow: true });
    }
  });
}
