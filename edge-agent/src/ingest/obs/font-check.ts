import { type Data, StudioFailure } from './control-answers.ts';

export interface TextSource {
  readonly input: string;
  readonly inputKind: string;
  /** As OBS holds them. */
  readonly settings: Data;
}

export interface FontAsk {
  readonly read: (requestType: string, data: object, doing: string) => Promise<Data>;
  readonly write: (requestType: string, data: object, doing: string) => Promise<Data>;
  readonly has: (requestType: string) => boolean;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface FontCheck {
  /** Throws `StudioFailure` when the font of the source draws boxes for `text`. */
  check(source: TextSource, text: string, ask: FontAsk): Promise<void>;
  /** A new connection: fonts may have been installed since. */
  reset(): void;
}

/** Han, kana and Hangul: what Latin fonts do not have. */
const EAST_ASIAN = /[\u2e80-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/;
/** No font draws two of these alike; boxes are alike. The middle one is in every font. */
const PROBES = ['仅', 'W', '剩'] as const;
/** In the source from the first: what is drawn before the first probe. */
const BEFORE = 'i';
const NEEDED = ['CreateInput', 'RemoveInput', 'GetSourceScreenshot'];
const NAME = 'LiveCue font check';
/** OBS draws a changed text some pictures later, and takes as long to let go of a source. */
const DRAW_MS = 200;
/** An OBS in which it cannot be looked at is believed from then on. */
const MAX_LOOKS = 3;

/**
 * OBS draws boxes for what a font does not have, and says success. So before the first Chinese text of a font, a hidden
 * source draws two characters with it, and pictures of them are compared.
 */
export function createFontCheck(): FontCheck {
  let known = new Map<string, boolean>();
  let looks = new Map<string, number>();
  return {
    async check({ input, inputKind, settings }, text, ask) {
      if (!EAST_ASIAN.test(text) || !NEEDED.every(ask.has)) return;
      const key = JSON.stringify([inputKind, settings.font]);
      const looked = looks.get(key) ?? 0;
      if (!known.has(key) && looked < MAX_LOOKS) {
        looks.set(key, looked + 1);
        const boxes = await drawsBoxes(inputKind, settings, ask);
        if (boxes !== null) known.set(key, boxes);
      }
      if (known.get(key)) throw new StudioFailure('no-glyphs', `Setting ${input}: its font has no Chinese, OBS would draw boxes. Choose another font in its properties, such as Noto Sans CJK SC.`); // prettier-ignore
    },
    reset() {
      known = new Map();
      looks = new Map();
    },
  };
}

/** Null: it could not be looked at. A picture that is late shows the text before, which is another: never boxes. */
async function drawsBoxes(inputKind: string, settings: Data, { read, write, sleep }: FontAsk): Promise<boolean | null> {
  const doing = 'Looking at a font';
  const pictures: unknown[] = [];
  try {
    const { currentProgramSceneName: sceneName } = await read('GetCurrentProgramScene', {}, doing);
    // Hidden from the first moment: no viewer sees it.
    await write('CreateInput', { sceneName, inputName: NAME, inputKind, inputSettings: { ...settings, text: BEFORE }, sceneItemEnabled: false }, doing); // prettier-ignore
    for (const text of PROBES) {
      await write('SetInputSettings', { inputName: NAME, inputSettings: { text }, overlay: true }, doing);
      await sleep(DRAW_MS);
      pictures.push((await read('GetSourceScreenshot', { sourceName: NAME, imageFormat: 'png' }, doing)).imageData);
    }
  } catch (error) {
    if (!(error instanceof StudioFailure)) throw error;
    return null;
  } finally {
    // Also one that an agent before this one has left; that there is none is no failure.
    await write('RemoveInput', { inputName: NAME }, doing).catch(() => undefined);
  }
  const [one, latin, other] = pictures;
  return one === latin || latin === other ? null : one === other;
}
