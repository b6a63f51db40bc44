import { DEVICE_VERBS, type PanelRole, type PanelVerb } from '@livecue/shared/contract';
import type * as z from 'zod';
import type { PanelCaller, TokenStore } from '../ports.ts';
import { deviceOf } from './pairing.ts';

export type DeviceVerb = keyof typeof DEVICE_VERBS;
export const isDeviceVerb = (verb: PanelVerb): verb is DeviceVerb => Object.hasOwn(DEVICE_VERBS, verb);

type Args<V extends DeviceVerb> = z.output<(typeof DEVICE_VERBS)[V]['args']>;
type Result<V extends DeviceVerb> = z.output<(typeof DEVICE_VERBS)[V]['result']>;

/** What the panel server answers itself. */
export type DeviceAnswers = {
  readonly [V in DeviceVerb]: (args: Args<V>, caller: PanelCaller) => Result<V> | Promise<Result<V>>;
};

/** Verbs about the devices that are paired. */
export function createDeviceAnswers(ports: {
  readonly tokens: TokenStore;
  readonly createCode: (role: PanelRole, name: string) => Result<'pairing.create'>;
  readonly isHere: (device: string) => boolean;
  /** Who was removed is turned away now. */
  readonly onRemoved: () => void;
}): DeviceAnswers {
  const { tokens } = ports;
  return {
    'self.read': (_args, caller) => ({ ...caller }),
    'pairing.create': ({ role, name }) => ports.createCode(role, name.trim()),
    'devices.paired': (_args, caller) => ({
      devices: tokens
        .all()
        .map(([hash, stored]) => {
          const device = deviceOf(hash);
          return { device, ...stored, connected: ports.isHere(device), self: device === caller.device };
        })
        .toReversed(),
    }),
    async 'devices.remove'({ device }) {
      const hashes = tokens.all().flatMap(([hash]) => (deviceOf(hash) === device ? [hash] : []));
      for (const hash of hashes) await tokens.remove(hash);
      // After the answer: the device that removes itself hears that it is done.
      if (hashes.length > 0) setImmediate(ports.onRemoved);
      return { removed: hashes.length > 0 };
    },
  };
}
