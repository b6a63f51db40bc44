/** Actions of the scripted room: the real desk and overlay, a scripted OBS, and two platforms where one clicks by hand. */
import type { Product, StudioCommand, StudioStatus } from '@livecue/shared/contract';
import { createActionRoom, type ActionRoom } from '../../edge-agent/src/assembly/action-room.ts';
import type { PanelBackend, RoomView, ShopOffer, Source, Studio, StudioResult } from '../../edge-agent/src/ports.ts';
import { answerRows } from './scripted-cues.ts';

const product = (productId: string, linkNumber: number, zh: string, en: string, price: string): Product => ({
  productId, linkNumber, name: { zh, en }, price, priceCurrency: 'CNY', stock: 120, skus: [], aliases: [], facts: {},
}); // prettier-ignore
const PRODUCTS = [
  product('p3', 3, '亚麻衬衫', 'Linen shirt', '129.00'),
  product('p5', 5, '蓝色水杯', 'Blue cup', '79.00'),
];

export interface ScriptedActions extends Pick<ActionRoom, 'overlay'> {
  readonly status: StudioStatus;
  /** What OBS was told, and what it answers next. */
  readonly told: StudioCommand[];
  answer: StudioResult;
  call(verb: string, args: unknown): Promise<unknown>;
  /** As once a second. */
  second(): void;
  readonly offer: { endsMs: number | null; running: boolean };
}

export function createScriptedActions(
  nowMs: () => number,
  { mode = 'live', language = 'zh-CN' }: { mode?: 'live' | 'simulated'; language?: 'zh-CN' | 'en' } = {},
): ScriptedActions {
  const told: StudioCommand[] = [];
  const status: StudioStatus = {
    name: 'obs', state: 'open', obsVersion: '30.2.0', onAir: 'live', onAirMs: 4_327_000, scene: 'Live', recording: true, replayBuffer: 'running',
    lostFrames: 0.001, congestion: 0, fps: 30, cpu: 11.4, freeDiskMegabytes: 48_211, problem: null,
  }; // prettier-ignore
  const studio: Studio = {
    steps: [],
    setOverlayUrl: () => undefined,
    status: () => status,
    async run(command) {
      told.push(command);
      return scripted.answer;
    },
  };
  const offer = { endsMs: nowMs() + 42_000, running: true };
  const offers = (): ShopOffer[] => [
    { offerId: 'p5/flash/1', productId: 'p5', kind: 'flash', price: '59.00', priceCurrency: 'CNY', startedMs: nowMs() - 80_000, endsMs: offer.endsMs, endedMs: offer.running ? null : nowMs(), quantity: 50, unitsPaid: 12, lowestPrice: '59.00' },
  ]; // prettier-ignore
  const view = () => ({ offers: offers(), stock: () => null, explaining: null }) as unknown as RoomView;
  const room = createActionRoom(
    {
      view, nowMs,
      panelUrl: () => 'http://127.0.0.1:7420/',
      sources: [{ name: 'obs', studio } as unknown as Source],
      product: (id) => PRODUCTS.find(({ productId }) => productId === id) ?? null,
      resolve: ({ productID }) => productID ?? '',
      answers: () => answerRows(nowMs()),
      memory: memory(),
      note: () => undefined,
      logger: { debug() {}, info() {}, warn() {}, error: (text) => console.error(text) },
    },
    { mode, language, secret: 'of the scripted room', connectors: ['douyin-live', 'twitch-irc', 'shopify'].map((connector) => ({ connector, name: connector, enabled: true, settings: {}, endpoints: {} })) },
  ); // prettier-ignore
  const backend = room.answering<PanelBackend>({ state: () => fail(), call: () => fail() });
  const scripted: ScriptedActions = {
    overlay: room.overlay,
    status,
    told,
    offer,
    answer: { outcome: 'done', undo: null },
    call: (verb, args) =>
      backend.call(verb as Parameters<PanelBackend['call']>[0], args, { device: 'desktop', role: 'admin', name: '' }),
    second: () => room.second(),
  };
  return scripted;
}

const fail = (): never => {
  throw new Error('the scripted actions answer verbs of actions alone');
};

function memory() {
  const values = new Map<string, string>();
  return {
    get: (key: string) => values.get(key),
    set: (key: string, value: string | undefined) => void (value === undefined ? values.delete(key) : values.set(key, value)), // prettier-ignore
    flush: () => Promise.resolve(),
  };
}
