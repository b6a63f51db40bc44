import { ModelError } from '../inference/model-manifest.ts';
import { openShowNetwork, SHOW_LABELS, type ShowNetwork } from '../inference/show-network.ts';
import type { DemandCorrection, RoomView, ShowInputs } from '../ports.ts';
import { MODELS } from './comment-predictor.ts';

/** What the network said of older minutes is not used any more. */
const FRESH_MINUTES = 2;
/** No forecast is moved further than the trainer let the network move it, and nothing is ever certain. */
const FACTOR = { least: Math.exp(-3), most: Math.exp(3) };
const SPREAD = { least: 0.01, most: 20 };

/** Corrects what the rates of a room say of the coming minutes by what the network says, once a minute. */
export interface ShowForecaster {
  /** Call it about once a second: asks the network when a minute has begun. Settles when it has answered. */
  tick(view: RoomView): Promise<void>;
  /** Undefined: the rates alone. */
  correctionOf(productId: string, view: RoomView): DemandCorrection | undefined;
  /** Of the network, or null when the rates serve alone at the moment. */
  versionAt(view: RoomView): string | null;
}

/** The network of the agent, or null when it cannot be opened and `onProblem` was told why. */
export async function openForShows(onProblem: (problem: string) => void): Promise<ShowNetwork | null> {
  try {
    return await openShowNetwork(`${MODELS}/demand/show`);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    onProblem(`demand within the show is told by rates alone: ${error.message}`);
    return null;
  }
}

export function createShowForecaster(network: ShowNetwork | null, onProblem: (problem: string) => void): ShowForecaster {
  let said: { readonly minute: number; readonly of: ReadonlyMap<string, DemandCorrection> } | null = null;
  let asked = -Infinity;
  let isBroken = false;

  const isFresh = (view: RoomView) => said !== null && Math.abs(view.nowMs / 60_000 - said.minute) <= FRESH_MINUTES;

  async function ask(inputs: ShowInputs): Promise<void> {
    const count = inputs.productIds.length;
    const answer = count === 0 ? new Float32Array() : await network!.run(inputs, count);
    said = { minute: inputs.minute, of: new Map(inputs.productIds.map((id, at) => [id, correctionFrom(inputs, answer, at)])) }; // prettier-ignore
  }

  return {
    async tick(view) {
      const minute = Math.floor(view.nowMs / 60_000);
      if (network === null || isBroken || minute === asked) return;
      asked = minute;
      const inputs = view.showInputs?.() ?? null;
      if (inputs === null) {
        said = null;
        return;
      }
      try {
        await ask(inputs);
      } catch (error) {
        // A session that failed once is not asked again: the rates serve.
        isBroken = true;
        said = null;
        onProblem(`demand within the show is told by rates alone: the network failed: ${(error as Error).message}`);
      }
    },
    correctionOf: (productId, view) => (isFresh(view) ? said!.of.get(productId) : undefined),
    versionAt: (view) => (isFresh(view) && said!.of.size > 0 ? (network?.version ?? null) : null),
  };
} // prettier-ignore

/** The network tells units; what was expected when it was asked makes a factor of them. */
function correctionFrom({ now }: ShowInputs, answer: Float32Array, product: number): DemandCorrection {
  const horizons = SHOW_LABELS.length / 2;
  const expected = now.subarray(product * (2 + horizons) + 2, (product + 1) * (2 + horizons));
  const own = answer.subarray(product * SHOW_LABELS.length, (product + 1) * SHOW_LABELS.length);
  const within = (value: number, { least, most }: typeof SPREAD) => (Number.isNaN(value) ? 1 : Math.min(most, Math.max(least, value))); // prettier-ignore
  return {
    factors: [...expected].map((log, at) => within(own[at]! / Math.exp(log), FACTOR)),
    spreads: [...own.subarray(horizons)].map((spread) => within(spread, SPREAD)),
  };
}
