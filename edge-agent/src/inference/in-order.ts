/**
 * Gives answers back in the order of the calls, whichever comes first: after a swap of models the new thread may be
 * done before the old one. One that fails holds up none behind it.
 */
export function createInOrder<T>(): (answer: Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (answer) => {
    const settled = last.then(() => answer);
    // Of what came before only the end counts; its own caller hears how it ended.
    last = settled.catch(() => null);
    // It may fail while it waits; its caller gets that through `settled`.
    answer.catch(() => null);
    return settled;
  };
}
