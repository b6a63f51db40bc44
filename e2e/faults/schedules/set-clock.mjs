// Preloaded into a program under test (`--import`): its Date runs ahead or behind by what a file says, in ms, as a
// machine's clock that somebody sets. Timers and performance.now() stay true, as the operating system's do.
import { readFileSync } from 'node:fs';

const file = process.env.LIVECUE_CLOCK_FILE;
const EVERY_MS = 20;
const RealDate = globalThis.Date;
let offsetMs = 0;

function look() {
  try {
    offsetMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // Not written yet: the clock is true.
  }
}

if (file !== undefined) {
  look();
  setInterval(look, EVERY_MS).unref();
  globalThis.Date = class Date extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + offsetMs);
      else super(...args);
    }
    static now() {
      return RealDate.now() + offsetMs;
    }
  };
}
