/** The sound of the ear cue, on the chosen output or nowhere. */
import { OWN_OUTPUT, outputsAmong, type Outputs, type Tone } from './ear-cue.ts';

/**
 * `gone`: the chosen output is not there, so nothing sounds. `asleep`: the browser lets nothing sound before somebody
 * has touched the page.
 */
export type EarState = 'off' | 'opening' | 'ready' | 'gone' | 'asleep';

/** Where the browser can choose an output; no library of types has it yet. */
interface SinkContext extends AudioContext {
  readonly sinkId?: unknown;
  setSinkId?(id: string): Promise<void>;
}

export interface EarPorts {
  /** Absent on pages that came over plain http. */
  readonly devices: Pick<MediaDevices, 'enumerateDevices' | 'addEventListener' | 'removeEventListener'> | undefined;
  readonly canChoose: boolean;
  newContext(options: object): SinkContext;
}

export interface EarSound {
  start(): void;
  /** Silent where the output is not there or the browser holds sounds back; nothing is played later instead. */
  play(tones: readonly Tone[]): Promise<void>;
  /** For a click: the browser then lets sounds through. */
  wake(): Promise<void>;
  stop(): void;
}

const PEAK = 0.15;
const RISE_S = 0.015;
/** Browsers start a context within a few hundredths of a second, or not at all. */
const START_MS = 1_000;

export const browserPorts = (): EarPorts => ({
  devices: navigator.mediaDevices as MediaDevices | undefined,
  canChoose: 'setSinkId' in AudioContext.prototype,
  newContext: (options) => new AudioContext(options),
});

/** Every output that this page may choose from, or why it knows none. */
export async function readOutputs({ devices, canChoose }: Omit<EarPorts, 'newContext'>): Promise<Outputs> {
  if (devices === undefined) return { known: false, why: 'insecure' };
  if (!canChoose) return { known: false, why: 'unsupported' };
  return outputsAmong(await devices.enumerateDevices());
}

/** A sine that comes and goes without a click. */
function sound(context: AudioContext, { fromS, lengthS, hertz }: Tone): void {
  const startS = context.currentTime + fromS;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, startS);
  gain.gain.linearRampToValueAtTime(PEAK, startS + RISE_S);
  gain.gain.setValueAtTime(PEAK, startS + lengthS / 2);
  gain.gain.linearRampToValueAtTime(0, startS + lengthS);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(startS);
  oscillator.stop(startS + lengthS);
}

/** @param output id of the chosen output, or `OWN_OUTPUT`. @param tell is called with each change. */
export function createEarSound(output: string, tell: (state: EarState) => void, ports: EarPorts): EarSound {
  const { devices } = ports;
  let context: SinkContext | null = null;
  let opened: Promise<void> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the newest opening; what an earlier one finds out is nobody's any more. */
  let round = 0;

  function close(): void {
    round++;
    clearTimeout(timer);
    const old = context;
    context = null;
    // Refused only when it is closed already.
    void old?.close().catch(() => undefined);
  }

  function fail(): void {
    close();
    tell('gone');
  }

  const isThere = async () => {
    const outputs = await readOutputs(ports);
    return outputs.known && outputs.list.some(({ id }) => id === output);
  };

  async function open(): Promise<void> {
    const mine = ++round;
    const isOwn = output === OWN_OUTPUT;
    if (!isOwn && !(await isThere())) throw new Error('the chosen output is not there');
    if (mine !== round) return;
    // Until the chosen output has it, the sound goes nowhere.
    const made = ports.newContext(isOwn ? {} : { sinkId: { type: 'none' } });
    context = made;
    made.addEventListener('error', () => (context === made ? fail() : undefined));
    if (!isOwn) await made.setSinkId?.(output);
    if (mine !== round) return;
    const told = () => (context !== made ? undefined : tell(made.state === 'running' ? 'ready' : 'asleep'));
    made.addEventListener('statechange', told);
    if (made.state === 'running') told();
    else timer = setTimeout(told, START_MS);
  }

  function reopen(): void {
    close();
    const mine = round + 1;
    // Whatever the reason (not there, refused, no room for another context), it is silent and says so.
    opened = open().catch(() => (mine === round ? fail() : undefined));
  }

  async function play(tones: readonly Tone[]): Promise<void> {
    await opened;
    if (context?.state !== 'running' || (output !== OWN_OUTPUT && context.sinkId !== output)) return;
    for (const tone of tones) sound(context, tone);
  }

  return {
    start() {
      tell('opening');
      // Closed at once, also while a tone sounds: what went may have been this output.
      if (output !== OWN_OUTPUT) devices?.addEventListener('devicechange', reopen);
      reopen();
    },
    play,
    async wake() {
      await opened;
      await context?.resume();
    },
    stop() {
      devices?.removeEventListener('devicechange', reopen);
      close();
    },
  };
}
