import { StoreHistory, type StoreModel, type StoreOp } from './store-model.ts';

/** What is known of a store before a program goes on with it. */
export interface KnownStore {
  readonly model: StoreModel;
  readonly frames: ReadonlyMap<number, string>;
  /** Null: it was never open. */
  readonly epoch: number | null;
  /** Version of config.json; 0: there is none. */
  readonly config: number;
}

/** What a program told of itself: `i` asks, `s` has it confirmed, `r` was refused, `e` is open in that epoch, `c` and `C` write a configuration, `f` finds a fault. */
export class Progress {
  readonly history: StoreHistory;
  readonly faults: string[] = [];
  configIssued: number;
  configSettled: number;

  constructor({ model, frames, epoch, config }: KnownStore) {
    this.history = new StoreHistory(model, frames, epoch);
    this.configIssued = this.configSettled = config;
  }

  mark(text: string): void {
    const rest = text.slice(2);
    if (text.startsWith('i ')) this.history.issue(JSON.parse(rest) as StoreOp);
    else if (text.startsWith('s ')) this.history.settle(Number(rest));
    else if (text.startsWith('r ')) this.history.refuse(Number(rest));
    else if (text.startsWith('e ')) this.history.epoch = Number(rest);
    else if (text.startsWith('c ')) this.configIssued = Number(rest);
    else if (text.startsWith('C ')) this.configSettled = Number(rest);
    else if (text.startsWith('f ')) this.faults.push(rest);
  }
}
