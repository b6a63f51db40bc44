import type { StudioProblem } from '@livecue/shared/contract';
import type { ObsAnswer } from './requests.ts';

export type Data = Readonly<Record<string, unknown>>;

/** Ends a command early; caught where commands are run. */
export class StudioFailure extends Error {
  readonly problem: StudioProblem;

  constructor(problem: StudioProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

const UNKNOWN_REQUEST = 204;
const NOT_RUNNING = 501;
const NO_SUCH_RESOURCE = 600;

/** What an answer holds, or a failure that says what was being done. `missing`: what a 600 means here. */
export function dataOf(answer: ObsAnswer, doing: string, missing: StudioProblem = 'refused'): Data {
  switch (answer.outcome) {
    case 'not-connected':
      throw new StudioFailure('not-connected', `${doing}: OBS is not connected. Start it, or look at its row under sources.`); // prettier-ignore
    case 'timeout':
      throw new StudioFailure('timeout', `${doing}: OBS gave no answer in time; whether it was done is not known. Look in OBS.`); // prettier-ignore
    case 'too-old':
      throw new StudioFailure('too-old', `${doing}: this OBS does not have it. A newer one may.`);
    case 'answered':
      return answer.response.ok ? answer.response.data : refused(answer.response.code, doing, missing);
  }
}

function refused(code: number, doing: string, missing: StudioProblem): never {
  // OBS's own comment may quote words of a viewer that we sent: the code says enough.
  if (code === NO_SUCH_RESOURCE) throw new StudioFailure(missing, `${doing}: OBS has nothing of that name. Correct the name, here or there.`); // prettier-ignore
  if (code === NOT_RUNNING) throw new StudioFailure('not-running', `${doing}: it does not run in OBS. Start it there.`);
  if (code === UNKNOWN_REQUEST) throw new StudioFailure('too-old', `${doing}: this OBS does not have it. A newer one may.`); // prettier-ignore
  throw new StudioFailure('refused', `${doing}: OBS refuses it with code ${code}.`);
}
