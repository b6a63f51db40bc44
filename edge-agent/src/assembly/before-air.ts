import {
  troubleWords,
  type Catalogue,
  type HealthItem,
  type PanelState,
  type ScreenReport,
} from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';

/** What the page "before air" rests on. */
export interface AirFacts {
  readonly nowMs: number;
  readonly state: Pick<PanelState, 'sources' | 'health' | 'stage' | 'mode' | 'products'>;
  readonly catalogue: Catalogue;
  /** Of all sources the clock furthest from ours, ms (delay and difference together); null: none has told a time. */
  readonly skewMs: number | null;
  /** Host screens that are open, each as it told of itself last. */
  readonly screens: readonly ScreenReport[];
  /** Those that other machines may come in by. */
  readonly doors: readonly HealthItem[];
}

const NAMED = 3;
const SKEW = { warnMs: 2_000, wrongMs: 30_000 };

/** All that can be known before a show, worst first: each is well, or says what to do. */
export function beforeAir(facts: AirFacts): HealthItem[] {
  const checks = [modeCheck(facts), ...sourceChecks(facts), catalogueCheck(facts), stockCheck(facts), offerCheck(facts), clockCheck(facts), ...screenChecks(facts), cueCheck(facts), ...facts.doors, ...ownHealth(facts)]; // prettier-ignore
  const order = { wrong: 0, warn: 1, ok: 2 } as const;
  return checks.filter((check) => check !== null).sort((a, b) => order[a.level] - order[b.level]);
}

function check(name: string, title: Words, level: HealthItem['level'], text: Words, remedy: Words | null = null): HealthItem {
  return { name, level, title, text, remedy };
} // prettier-ignore

function modeCheck({ state: { mode } }: AirFacts): HealthItem | null {
  if (mode === 'live') return null;
  const title = { zh: '模式', en: 'Mode' };
  const text = mode === 'replay' ? { zh: '正在回放录制的直播', en: 'A recorded show is played' } : { zh: '正在演示模拟直播间', en: 'A simulated room is played' }; // prettier-ignore
  return check('mode', title, 'wrong', text, { zh: '开播前用 livecue start 启动，不要加 --demo 或 replay。', en: 'For the show start with livecue start, without --demo or replay.' }); // prettier-ignore
}

function sourceChecks({ state: { sources }, nowMs }: AirFacts): HealthItem[] {
  if (sources.length === 0)
    return [check('sources', { zh: '数据源', en: 'Sources' }, 'wrong', { zh: '没有打开的数据源', en: 'No source is open' }, { zh: '在设置里添加平台或店铺。', en: 'Add a platform or a shop in the settings.' })]; // prettier-ignore
  return sources.map((source) => {
    const title = { zh: `数据源 ${source.name}`, en: `Source ${source.name}` };
    const name = `source ${source.name}`;
    if (source.off === true)
      return check(name, title, 'warn', { zh: '已被场控关闭', en: 'Switched off by the operator' }, { zh: '要用它，就在场控的数据源里打开。', en: 'If you want it, switch it on in the list of sources.' }); // prettier-ignore
    if (source.state === 'failed' || source.problem !== null) {
      const { text, remedy } = source.problem === null ? { text: { zh: '已停止', en: 'Stopped' }, remedy: null } : troubleWords(source.trouble, source.problem); // prettier-ignore
      return check(name, title, 'wrong', text, remedy ?? { zh: '按上面的说明处理，再看这里。', en: 'Do what it says, then look here again.' }); // prettier-ignore
    }
    const silentMs = source.lastEventMs === null ? null : nowMs - source.lastEventMs;
    if (silentMs === null)
      return check(name, title, 'warn', { zh: '已打开，还没有数据', en: 'Open, and nothing has come yet' }, { zh: '在平台上发一条评论，看它是否到达。', en: 'Write a comment on the platform and see it arrive.' }); // prettier-ignore
    if (silentMs > source.quietLimitMs) {
      const s = Math.round(silentMs / 1000);
      return check(name, title, 'wrong', { zh: `连接着，但已静默 ${s} 秒`, en: `Connected, and silent for ${s} s` }, { zh: '查看平台后台直播间是否在播，必要时重连。', en: 'See on the platform whether the room is live; connect again if it is.' }); // prettier-ignore
    }
    return check(name, title, 'ok', { zh: `${source.eventsPerSecond.toFixed(1)} 条/秒`, en: `${source.eventsPerSecond.toFixed(1)} events/s` }); // prettier-ignore
  });
}

/** Names of the first few, and how many more. */
function named(products: Catalogue['products']): Words {
  const more = products.length - NAMED;
  const list = (of: (product: Catalogue['products'][number]) => string) => products.slice(0, NAMED).map(of);
  return {
    zh: list(({ name }) => name.zh).join('、') + (more > 0 ? ` 等 ${products.length} 个` : ''),
    en: list(({ name }) => name.en).join(', ') + (more > 0 ? ` and ${more} more` : ''),
  };
}

function catalogueCheck({ catalogue: { products } }: AirFacts): HealthItem {
  const title = { zh: '商品目录', en: 'Catalogue' };
  if (products.length === 0)
    return check('catalogue', title, 'wrong', { zh: '目录是空的：提示无法说出商品', en: 'It is empty: no cue can name a product' }, { zh: '导入本场的商品表。', en: "Import the show's products." }); // prettier-ignore
  const bare = products.filter(({ price, linkNumber }) => price === undefined || linkNumber === null);
  if (bare.length === 0)
    return check('catalogue', title, 'ok', { zh: `${products.length} 个商品，都有链接号和价格`, en: `${products.length} products, all with link number and price` }); // prettier-ignore
  const who = named(bare);
  return check('catalogue', title, 'warn', { zh: `缺链接号或价格：${who.zh}`, en: `Without link number or price: ${who.en}` }, { zh: '在目录里补上；没有它们，“3号多少钱”答不了。', en: 'Fill them in: without them "how much is no. 3" cannot be answered.' }); // prettier-ignore
}

function stockCheck({ catalogue: { products }, state }: AirFacts): HealthItem | null {
  if (products.length === 0) return null;
  const title = { zh: '库存', en: 'Stock' };
  const told = new Map(state.products.map(({ productId, stock }) => [productId, stock]));
  const levelOf = (product: Catalogue['products'][number]) => told.get(product.productId) ?? product.stock;
  const unknown = products.filter((product) => levelOf(product) === null);
  const soldOut = products.filter((product) => levelOf(product) === 0);
  if (unknown.length === 0 && soldOut.length === 0)
    return check('stock', title, 'ok', { zh: '都有库存', en: 'All are in stock' });
  const [gone, blank] = [named(soldOut), named(unknown)];
  const parts = [
    ...(soldOut.length > 0 ? [{ zh: `已售罄：${gone.zh}`, en: `sold out: ${gone.en}` }] : []),
    ...(unknown.length > 0 ? [{ zh: `库存未知：${blank.zh}`, en: `not told: ${blank.en}` }] : []),
  ];
  const text = { zh: parts.map(({ zh }) => zh).join('；'), en: parts.map(({ en }) => en).join('; ') };
  return check('stock', title, 'warn', text, { zh: '接上店铺的库存消息，或在目录里写明；未知时不会建议优惠。', en: "Connect the shop's stock events or write it into the catalogue; while it is not known no offer is proposed." }); // prettier-ignore
}

function offerCheck({ catalogue: { products } }: AirFacts): HealthItem | null {
  const open = products.filter(({ priceFloor }) => priceFloor === undefined);
  if (open.length === 0) return null;
  const who = named(open);
  return check('offers', { zh: '最低价', en: 'Lowest prices' }, 'warn', { zh: `没有最低价：${who.zh}`, en: `No lowest price: ${who.en}` }, { zh: '要建议限时优惠，先在目录里写最低价。', en: 'Write it into the catalogue if offers shall be proposed.' }); // prettier-ignore
}

function clockCheck({ skewMs }: AirFacts): HealthItem {
  const title = { zh: '时钟', en: 'Clock' };
  if (skewMs === null) return check('clock', title, 'warn', { zh: '还没有数据可比', en: 'Nothing to compare it with yet' }, { zh: '数据到达后再看。', en: 'Look again when events have come.' }); // prettier-ignore
  const off = Math.abs(skewMs);
  const seconds = (off / 1000).toFixed(1);
  if (off <= SKEW.warnMs) return check('clock', title, 'ok', { zh: `与数据源相差 ${seconds} 秒`, en: `${seconds} s from the sources` }); // prettier-ignore
  return check('clock', title, off > SKEW.wrongMs ? 'wrong' : 'warn', { zh: `与数据源相差 ${seconds} 秒`, en: `${seconds} s from the sources` }, { zh: '打开本机的自动校时。', en: 'Turn on time synchronisation of this machine.' }); // prettier-ignore
}

function screenChecks({ screens }: AirFacts): HealthItem[] {
  const title = { zh: '主播屏', en: 'Host screen' };
  if (screens.length === 0)
    return [check('screen', title, 'wrong', { zh: '没有打开的主播屏', en: 'No host screen is open' }, { zh: '在主播面前的屏幕上打开 #/host。', en: 'Open #/host on the screen in front of the host.' })]; // prettier-ignore
  return screens.flatMap(({ distanceM, calibrated, hidden }, n) => {
    const at = { zh: `主播屏 ${n + 1}`, en: `Host screen ${n + 1}` };
    const size = calibrated
      ? check(`legible ${n + 1}`, at, 'ok', { zh: `${distanceM} 米外可读，已校准`, en: `Legible from ${distanceM} m, calibrated` })
      : check(`legible ${n + 1}`, at, 'warn', { zh: `按 ${distanceM} 米排字，未校准`, en: `Set for ${distanceM} m, not calibrated` }, { zh: '在该屏的设置里用一张银行卡校准标尺。', en: 'Calibrate the ruler with a bank card in the settings of that screen.' }); // prettier-ignore
    const capture = hidden
      ? check(`capture ${n + 1}`, at, 'ok', { zh: '不会被屏幕采集拍到', en: 'Kept out of screen captures' })
      : check(`capture ${n + 1}`, at, 'warn', { zh: '这个窗口无法避开屏幕采集', en: 'This window cannot be kept out of screen captures' }, { zh: '在 OBS 里只采集摄像头或指定窗口，别采集这块屏。', en: 'In OBS capture the camera or single windows, not this display.' }); // prettier-ignore
    return [size, capture];
  });
}

function cueCheck({ state: { stage } }: AirFacts): HealthItem {
  const title = { zh: '提示', en: 'Cues' };
  if (stage.quiet === undefined) return check('cues', title, 'ok', { zh: '已打开', en: 'On' });
  const off = stage.quiet === 'switched-off';
  return check('cues', title, off ? 'wrong' : 'warn', off ? { zh: '总开关已关', en: 'Switched off' } : { zh: '勿扰中', en: 'Do not disturb' }, { zh: '在顶栏按 K 或 D 恢复。', en: 'Press K or D at the desk to have them again.' }); // prettier-ignore
}

/** Disk, cloud and models, as the health list has them. */
function ownHealth({ state: { health } }: AirFacts): HealthItem[] {
  return health.filter(({ name }) => name === 'disk' || name === 'cloud' || name === 'model');
}
