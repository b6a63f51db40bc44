/** What the ear cue plays, when, and on which outputs: the part that needs no browser. */
import type { HostPrompt } from '@livecue/shared/prompt';

/** Stands for whatever the device plays on; ids of the browser are long or empty. */
export const OWN_OUTPUT = 'own';
/** A card comes at most four times in ten minutes: more than any that could come back. */
const KEPT_CARDS = 100;

export interface EarOutput {
  /** The browser's id, of this page alone, or `OWN_OUTPUT`. */
  readonly id: string;
  /** As the browser named it when it was chosen. */
  readonly label: string;
}

export interface Tone {
  /** Seconds from the start of the cue. */
  readonly fromS: number;
  readonly lengthS: number;
  readonly hertz: number;
}

const URGENT: readonly Tone[] = [
  { fromS: 0, lengthS: 0.1, hertz: 660 },
  { fromS: 0.14, lengthS: 0.11, hertz: 880 },
];
const CALM: readonly Tone[] = [{ fromS: 0, lengthS: 0.18, hertz: 660 }];

/** Two tones for what must be done now, else one; a quarter of a second at most. */
export const tonesOf = (priority: HostPrompt['priority']): readonly Tone[] => (priority === 'act-now' ? URGENT : CALM);

/** Which cards were on the screen before. */
export interface MetCards {
  /** True when `promptId` was never met; it now is. */
  meet(promptId: string): boolean;
}

export function createMetCards(): MetCards {
  const met = new Set<string>();
  return {
    meet(promptId) {
      const isNew = !met.delete(promptId);
      met.add(promptId);
      for (const oldest of met) {
        if (met.size <= KEPT_CARDS) break;
        met.delete(oldest);
      }
      return isNew;
    },
  };
}

export type Outputs =
  | { readonly known: true; readonly list: readonly EarOutput[] }
  /** `unnamed`: the browser has outputs, but names them only to a page that may use the microphone. */
  | { readonly known: false; readonly why: 'insecure' | 'unsupported' | 'unnamed' | 'none' };

/**
 * The outputs that stay what they are. "Default" and "communications" are none: the system moves them to the
 * loudspeakers when headphones are pulled.
 */
export function outputsAmong(devices: readonly { kind: string; deviceId: string; label: string }[]): Outputs {
  const outputs = devices.filter(({ kind }) => kind === 'audiooutput');
  const list = outputs
    .filter(({ deviceId }) => !['', 'default', 'communications'].includes(deviceId))
    .map(({ deviceId, label }) => ({ id: deviceId, label: label === '' ? deviceId.slice(0, 8) : label }));
  if (list.length > 0) return { known: true, list };
  return { known: false, why: devices.some(({ deviceId }) => deviceId === '') ? 'unnamed' : 'none' };
}
