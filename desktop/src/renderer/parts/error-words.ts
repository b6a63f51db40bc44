import { PanelRefusedError } from '../client/panel-client.ts';

/** What a call that failed has to say. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Why a page cannot show or do what it is for. */
export interface Trouble {
  /** The device's role may not. */
  readonly forbidden: boolean;
  readonly why: string;
}

export const troubleOf = (error: unknown): Trouble => ({
  forbidden: error instanceof PanelRefusedError && error.code === 'forbidden',
  why: wordsOf(error),
});
