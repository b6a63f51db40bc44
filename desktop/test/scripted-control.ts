/** Control surfaces of the scripted room: the agent's own book of tokens, kept in memory, and its own words for the state. */
import { randomBytes } from 'node:crypto';
import { DEFAULT_PRESETS, type PanelResult, type PanelState, type PanelVerb } from '@livecue/shared/contract';
import { controlState } from '../../edge-agent/src/control/control-state.ts';
import { openTokenBook, type TokenBook } from '../../edge-agent/src/control/token-book.ts';

const DAY_MS = 86_400_000;

export interface ScriptedControl {
  osc: PanelResult<'control.read'>['osc'];
  readonly book: Promise<TokenBook>;
  /** Undefined: another verb. */
  call(verb: PanelVerb, args: unknown, state: PanelState): Promise<unknown> | undefined;
}

export function createScriptedControl(nowMs: () => number): ScriptedControl {
  let kept: unknown = {
    version: 1,
    tokens: [
      { tokenId: '00000001', name: 'Stream Deck', role: 'operator', createdMs: nowMs() - 40 * DAY_MS, expiresMs: null, hash: '1'.repeat(64) },
      { tokenId: '00000002', name: '脚踏', role: 'host', createdMs: nowMs() - 31 * DAY_MS, expiresMs: nowMs() - DAY_MS, hash: '2'.repeat(64) },
    ],
  }; // prettier-ignore
  const file = { read: async () => kept, write: async (value: unknown) => void (kept = value), setAside: () => '' };
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const book = openTokenBook({ file, nowMs, randomBytes, logger });
  const control: ScriptedControl = {
    osc: { state: 'open', host: '127.0.0.1', port: 7427, problem: null },
    book,
    call(verb, args, state) {
      if (verb === 'control.read') return read(state);
      if (verb === 'control.add') return book.then((tokens) => tokens.add(args as Parameters<TokenBook['add']>[0]));
      if (verb === 'control.remove')
        return book.then(async (tokens) => ({ removed: await tokens.remove((args as { tokenId: string }).tokenId) }));
      return verb === 'explain.tell' ? Promise.resolve(args) : undefined;
    },
  };
  async function read(state: PanelState): Promise<PanelResult<'control.read'>> {
    const { mode, feed, stage, explaining, products } = state;
    return {
      tokens: (await book).list(),
      httpUrl: 'http://127.0.0.1:7420/control/',
      osc: control.osc,
      state: controlState({ mode, feed: feed.state, stage, explaining: explaining?.productId ?? null, nowMs: nowMs() }, { products, presets: [] }), // prettier-ignore
      presets: DEFAULT_PRESETS.map((preset, i) => ({ number: i + 1, ...preset })),
    };
  }
  return control;
}
