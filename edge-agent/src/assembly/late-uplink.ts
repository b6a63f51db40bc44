import type { Uplink } from '../ports.ts';
import { createLateChannel } from '../sync/fleet-channel.ts';
import { createUplink, type UplinkConfig, type UplinkPorts } from '../sync/mqtt-uplink.ts';
import { createNoteSigner } from '../sync/note-signer.ts';
import type { EmbeddedCloud } from './embedded-cloud.ts';

/** To the broker of the configuration, or to our own as soon as it runs; none where it is switched off. */
export function openUplink(
  { embedded, ...ports }: UplinkPorts & { readonly embedded: EmbeddedCloud | null },
  config: Omit<UplinkConfig, 'brokerUrl' | 'signer'> & { readonly enabled: boolean; readonly brokerUrl: string | null; readonly signingKey: string },
): Uplink {
  if (!config.enabled) return switchedOff();
  const { agentId, version, maxInFlight, resendAfterMs, credentials, tls } = config;
  const urlOf = (signal: AbortSignal) => embedded === null ? Promise.resolve(config.brokerUrl ?? '') : embedded.whenReady(signal);
  return createLateUplink(urlOf, (brokerUrl) =>
    createUplink(ports, { agentId, brokerUrl, version, maxInFlight, resendAfterMs, credentials, tls, signer: createNoteSigner(agentId, config.signingKey) }),
  );
} // prettier-ignore

/** The embedded broker takes seconds to start; the show does not wait for it. */
function createLateUplink(
  brokerUrl: (signal: AbortSignal) => Promise<string>,
  create: (url: string) => Uplink,
): Uplink {
  let uplink: Uplink | null = null;
  const channel = createLateChannel();
  let starting: Promise<void> | null = null;
  const ended = new AbortController();
  const begin = async (signal: AbortSignal) => {
    const url = await brokerUrl(signal);
    uplink = create(url);
    channel.attach(uplink.channel);
    await uplink.start(signal);
  };
  return {
    async start(signal) {
      starting = begin(AbortSignal.any([signal, ended.signal])).catch((error: unknown) => {
        if (!ended.signal.aborted && !signal.aborted) throw error;
      });
    },
    async stop() {
      ended.abort(new Error('the uplink was stopped'));
      await starting;
      await uplink?.stop();
    },
    status: () => uplink?.status() ?? { ...switchedOff().status(), state: 'connecting' },
    sent: (limit) => uplink?.sent(limit) ?? [],
    channel,
  };
}

/** No uplink at all, as configured. */
export function switchedOff(): Uplink {
  return {
    start: async () => undefined,
    stop: async () => undefined,
    status: () => ({
      state: 'off',
      brokerUrl: '',
      backlog: 0,
      sent: 0,
      resent: 0,
      acknowledged: 0,
      bytesSent: 0,
      lastAckMs: null,
      problem: null,
    }),
    sent: () => [],
    channel: createLateChannel(),
  };
}
