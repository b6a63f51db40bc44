import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '@livecue/shared/contract';
import { createHttpSource } from '../ingest/http-source.ts';
import { createReplaySource } from '../ingest/replay-source.ts';
import { PROFILE_NAMES, type ProfileName } from '../ingest/simulator/profiles.ts';
import { createSimulatorSource } from '../ingest/simulator/simulator-source.ts';
import { createZmqSource } from '../ingest/zmq-source.ts';
import type { FrameSink, Source } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ConnectorSecrets } from '../store/connector-files.ts';
import type { Secrets } from '../store/secrets.ts';
import { connectorSources } from './connector-list.ts';
import { openDoorTls } from './door-tls.ts';

/** A source that has sent something and then nothing for this long is shown as silent. */
const QUIET_MS = 15_000;

/** One `--source` of the call. */
export type SourceCall =
  | { readonly kind: 'zmq' }
  | { readonly kind: 'http' }
  | { readonly kind: 'simulator'; readonly profile: ProfileName; readonly seed: number }
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
    const profile = PROFILE_NAMES.find((known) => known === (rest[0] ?? 'standard'));
    if (profile === undefined) return { wrong: `--source ${name}: the profiles are ${PROFILE_NAMES.join(', ')}` };
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

/** Builds what the call named, and the configured connectors; nothing is opened before `start`. */
export function sourcesFrom(
  calls: readonly SourceCall[],
  ports: {
    sink: FrameSink;
    secrets: Secrets;
    connectorSecrets: ConnectorSecrets;
    folder: string;
    nowMs: () => number;
    logger: Logger;
  },
  config: AgentConfig,
): Source[] {
  const { secrets } = ports;
  const parts = {
    sink: ports.sink,
    nowMs: ports.nowMs,
    logger: ports.logger,
    sleep: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }),
  };
  const { host, httpPort, maxFrameBytes, zmq } = config.ingest;
  const called = calls.map((call) => {
    switch (call.kind) {
      case 'zmq':
        return createZmqSource(parts, { name: 'zmq', endpoint: zmq.endpoint, curve: zmq.curve ? curveOf(secrets) : null, highWaterMark: zmq.highWaterMark, maxFrameBytes, quietLimitMs: QUIET_MS }); // prettier-ignore
      case 'http':
        return createHttpSource(parts, { name: 'http', host, port: httpPort, token: secrets.ingestToken, tls: openDoorTls('ingest', config.ingest, ports.folder, ports) ?? undefined, maxFrameBytes, requestTimeoutMs: 15_000, pingIntervalMs: 20_000, stopDeadlineMs: 3_000, quietLimitMs: QUIET_MS }); // prettier-ignore
      case 'simulator':
        return createSimulatorSource(parts, {
          profile: call.profile,
          seed: call.seed,
          speed: 1,
          roomId: config.room.id,
        });
      case 'replay':
        return createReplaySource(parts, { name: 'replay', files: [call.file], speed: call.speed, shiftToNow: true, quietLimitMs: QUIET_MS }); // prettier-ignore
    }
  });
  return [...called, ...connectorSources({ ...ports, secrets: ports.connectorSecrets }, config)];
}

function curveOf({ ingestCurve }: Secrets) {
  const { serverPublicKey: publicKey, serverSecretKey: secretKey, clientPublicKey } = ingestCurve;
  return { publicKey, secretKey, clientPublicKey };
}
