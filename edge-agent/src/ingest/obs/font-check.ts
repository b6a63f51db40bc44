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
/** No font draws the first three alike; boxes are alike. The second is in every font. The last is the first again: no picture was late. */
const PROBES = ['仅', 'W', '剩', '仅'] as const;
/** In the source from the first: what is drawn before the first probe. */
const BEFORE = 'i';
const NEEDED = ['CreateInput', 'RemoveInput', 'GetSourceScreenshot'];
const NAME = 'LiveCue font check';
const DOING = 'Looking at a font';
/** OBS draws a changed text some pictures later; where it has little of the processor, later still: the second look waits longer. */
const DRAW_MS = [200, 600] as const;
/** It takes as long to let go of a source, of the look before or of an agent before this one, and has no second of its name. */
const LET_GO_MS = 200;
const MAX_TRIES = 4;
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
        for (const drawMs of DRAW_MS) {
          const boxes = await drawsBoxes(inputKind, settings, ask, drawMs);
          if (boxes === null) continue;
          known.set(key, boxes);
          break;
        }
      }
      if (known.get(key)) throw new StudioFailure('no-glyphs', `Setting ${input}: its font has no Chinese, OBS would draw boxes. Choose another font in its properties, such as Noto Sans CJK SC.`); // prettier-ignore
    },
    reset() {
      known = new Map();
      looks = new Map();
    },
  };
}

/** Null: it could not be looked at, or a picture was late and shows the text before. */
async function drawsBoxes(inputKind: string, settings: Data, ask: FontAsk, drawMs: number): Promise<boolean | null> {
  const { read, write, sleep } = ask;
  const pictures: unknown[] = [];
  try {
    const { currentProgramSceneName: sceneName } = await read('GetCurrentProgramScene', {}, DOING);
    // Hidden from the first moment: no viewer sees it.
    await create({ sceneName, inputName: NAME, inputKind, inputSettings: { ...settings, text: BEFORE }, sceneItemEnabled: false }, ask); // prettier-ignore
    for (const text of PROBES) {
      await write('SetInputSettings', { inputName: NAME, inputSettings: { text }, overlay: true }, DOING);
      await sleep(drawMs);
      pictures.push((await read('GetSourceScreenshot', { sourceName: NAME, imageFormat: 'png' }, DOING)).imageData);
    }
  } catch (error) {
    if (!(error instanceof StudioFailure)) throw error;
    return null;
  } finally {
    await remove(ask);
  }
  const [one, latin, other, again] = pictures;
  return one !== again || one === latin || latin === other ? null : one === other;
}

async function create(source: Data, ask: FontAsk): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await ask.write('CreateInput', source, DOING);
      return;
    } catch (error) {
      const isRefused = error instanceof StudioFailure && error.problem === 'refused';
      if (!isRefused || tries === MAX_TRIES) throw error;
      await remove(ask);
      await ask.sleep(LET_GO_MS);
    }
  }
}

/** That there is none is no failure. */
async function remove({ write }: FontAsk): Promise<void> {
  await write('RemoveInput', { inputName: NAME }, DOING).catch(() => undefined);
}
