import type { ActionAsk, ActionEntry, ActionKind, ActionRefusal, ActionResult, PanelResult, PermittedKind, StudioCommand } from '@livecue/shared/contract'; // prettier-ignore
import type { Logger } from '../runtime/logger.ts';
import type { Studio } from '../ports.ts';
import type { ActionPort, Deed, RoomFacts, Want } from './action-port.ts';
import { deedOf } from './own-targets.ts';
import { permissionKey, type Permissions } from './permissions.ts';
import { fillStep, isDue, type Moment } from './step-words.ts';

export interface DeskPorts {
  readonly targets: readonly ActionPort[];
  readonly studios: readonly { readonly target: string; readonly studio: Studio }[];
  readonly facts: RoomFacts;
  readonly permissions: Permissions;
  /** Into the record of the show. */
  readonly note: (entry: ActionEntry) => void;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

export interface ActionCall {
  readonly action: ActionKind;
  readonly productId: string | null;
  readonly text: string | null;
  readonly answerId: string | null;
  readonly targets?: readonly string[];
}

type Results = { target: string; result: ActionResult }[];

/** Actions on platforms, overlay and OBS: asked before the first time, logged, taken back where that is possible. */
export interface ActionDesk {
  perform(call: ActionCall): Promise<Results>;
  permit(askId: string, allowed: boolean): Promise<Results>;
  undo(entryId: number): Promise<{ undone: boolean; message: string | null }>;
  /** A moment of the show: the steps that are due run one after the other, those not allowed are asked for. */
  moment(moment: Moment): Promise<void>;
  read(): Pick<PanelResult<'actions.read'>, 'targets' | 'asks' | 'log'>;
}

const LOG_KEPT = 50;
/** A product was to be pinned a minute ago: whether it still is, the operator says anew. */
const ASK_FRESH_MS = 60_000;

interface Asked {
  readonly ask: ActionAsk;
  /** What was wanted by hand; null: a step, whose moment is gone. */
  readonly want: { readonly target: ActionPort; readonly want: Want } | null;
}

export function createActionDesk(
  ports: DeskPorts,
  config: { readonly mode: 'live' | 'simulated' | 'replay'; readonly language: 'zh' | 'en' },
): ActionDesk {
  const { nowMs, permissions } = ports;
  const simulated = config.mode === 'simulated';
  const asks = new Map<string, Asked>();
  const log: ActionEntry[] = [];
  const ways = new Map<number, () => Promise<Deed>>();
  let ids = 0;

  /** Null: it is allowed; otherwise why not yet, or not at all. */
  function gate(target: string, kind: PermittedKind, want: Asked['want']): ActionResult | null {
    if (config.mode === 'replay') return refused('replay');
    const key = permissionKey(simulated, target, kind);
    const answer = permissions.of(key);
    if (answer === 'allowed') return null;
    if (answer === 'denied') return refused('denied');
    const sinceMs = nowMs();
    if (want !== null || !asks.has(key)) asks.set(key, { ask: { askId: key, target, kind, simulated, sinceMs }, want });
    return { outcome: 'asked', askId: key };
  }

  /** What the operator asked for and is left to his own click is answered, and not kept: nothing was done. */
  function keep(about: Omit<ActionEntry, 'entryId' | 'atMs' | 'result' | 'undoneMs'>, deed: Deed): ActionResult {
    if (deed.outcome === 'not-able' && !about.byStep) return deed;
    const entryId = ++ids;
    const result: ActionResult =
      deed.outcome === 'done' ? { outcome: 'done', entryId, undoable: deed.undo !== null } : deed;
    const entry: ActionEntry = { ...about, entryId, atMs: nowMs(), result, undoneMs: null };
    if (deed.outcome === 'done' && deed.undo !== null) ways.set(entryId, deed.undo);
    log.unshift(entry);
    for (const { entryId: gone } of log.splice(LOG_KEPT)) ways.delete(gone);
    ports.note(entry);
    if (deed.outcome === 'failed') ports.logger.info(`action ${about.kind} on ${about.target}: ${deed.problem}: ${deed.message}`);
    return result;
  }

  async function act(target: ActionPort, want: Want): Promise<ActionResult> {
    const about = { target: target.target, kind: want.kind, productId: 'product' in want ? want.product.productId : null, byStep: false };
    if (!target.able.includes(want.kind)) {
      if (config.mode === 'replay') return refused('replay');
      return keep(about, await target.run(want));
    }
    return gate(target.target, want.kind, { target, want }) ?? keep(about, await target.run(want));
  }

  async function runStep(target: string, studio: Studio, command: StudioCommand, productId: string | null): Promise<void> {
    if (gate(target, command.kind, null) !== null) return;
    keep({ target, kind: command.kind, productId, byStep: true }, deedOf(studio, await studio.run(command, false)));
  }

  return {
    async perform(call) {
      const taking = ports.targets.filter(
        ({ target, kinds }) => kinds.includes(call.action) && (call.targets === undefined || call.targets.includes(target)),
      );
      const want = wantOf(call, ports.facts);
      if (typeof want === 'string') return taking.map(({ target }) => ({ target, result: refused(want) }));
      return Promise.all(taking.map(async (target) => ({ target: target.target, result: await act(target, want) })));
    },
    async permit(askId, allowed) {
      const asked = asks.get(askId);
      if (asked === undefined) return [];
      asks.delete(askId);
      permissions.answer(askId, allowed);
      const { want } = asked;
      if (!allowed || want === null || nowMs() - asked.ask.sinceMs > ASK_FRESH_MS) return [];
      return [{ target: want.target.target, result: await act(want.target, want.want) }];
    },
    async undo(entryId) {
      const way = ways.get(entryId);
      if (way === undefined) return { undone: false, message: null };
      ways.delete(entryId);
      const deed = await way();
      const at = log.findIndex((entry) => entry.entryId === entryId);
      const entry = log[at];
      if (deed.outcome !== 'done') return { undone: false, message: deed.outcome === 'failed' ? deed.message : null };
      if (entry !== undefined) {
        log[at] = { ...entry, undoneMs: nowMs() };
        ports.note(log[at]!);
      }
      return { undone: true, message: null };
    },
    async moment(moment) {
      for (const { target, studio } of ports.studios) {
        for (const step of studio.steps) {
          if (!isDue(step, moment)) continue;
          const command = fillStep(step.run, moment, config.language);
          if (command !== null) await runStep(target, studio, command, moment.product?.productId ?? null);
        }
      }
    },
    read: () => ({
      targets: ports.targets.map(({ target, connector, able, kinds }) => ({ target, connector, able: [...able], kinds: [...kinds] })),
      asks: [...asks.values()].map(({ ask }) => ask),
      log: log.map((entry) => (entry.result.outcome === 'done' ? { ...entry, result: { ...entry.result, undoable: ways.has(entry.entryId) } } : entry)),
    }),
  };
} // prettier-ignore

const refused = (reason: ActionRefusal): ActionResult => ({ outcome: 'refused', reason });

/** What a call is about, or why there is nothing to do. */
function wantOf({ action, productId, text, answerId }: ActionCall, facts: RoomFacts): Want | ActionRefusal {
  if (action === 'clip') return { kind: 'clip' };
  if (action === 'message') {
    const row = answerId === null ? undefined : facts.answers().find((one) => one.answerId === answerId);
    const own = text?.trim() ?? '';
    const words = own === '' ? row?.facts[0]?.words : { zh: own, en: own };
    return words === undefined ? 'no-text' : { kind: 'message', words, question: row === undefined || row.question === '' ? null : row.question }; // prettier-ignore
  }
  const product = productId === null ? null : facts.product(productId);
  if (product === null) return 'unknown-product';
  if (action !== 'offer') return { kind: action, product };
  const offer = facts.offers().find((one) => one.productId === productId);
  return offer === undefined ? 'no-offer' : { kind: 'offer', product, offer };
}
