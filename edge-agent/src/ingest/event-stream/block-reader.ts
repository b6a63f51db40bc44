/** Cuts a text stream at its empty lines, whatever the line ends and wherever the network cut it. */
export interface BlockReader {
  /** Whole events, without the empty line behind them. Null when one is larger than allowed. */
  push(text: string): string[] | null;
}

/** `maxChars`: of one event that has not ended. */
export function createBlockReader(maxChars: number): BlockReader {
  let rest = '';
  let scanned = 0;
  return {
    push(text) {
      rest += text;
      const blocks: string[] = [];
      const end = /(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r(?!\n)|\n)/g;
      // The end of a line may stand in the part before.
      end.lastIndex = Math.max(0, scanned - 3);
      let from = 0;
      for (let match = end.exec(rest); match !== null; match = end.exec(rest)) {
        // A line feed may still follow that belongs to this end.
        if (end.lastIndex === rest.length && rest.endsWith('\r')) break;
        if (match.index > from) blocks.push(rest.slice(from, match.index));
        from = end.lastIndex;
      }
      rest = rest.slice(from);
      scanned = rest.length;
      return rest.length > maxChars ? null : blocks;
    },
  };
}
