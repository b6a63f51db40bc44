/** The page "before air" of the scripted room: a shelf that is nearly ready, judged and told by the agent's own rules. */
import { AgentConfig, Catalogue, type PanelState, type ScreenReport } from '@livecue/shared/contract';
import { beforeAir } from '../../edge-agent/src/assembly/before-air.ts';
import { supportFile } from '../../edge-agent/src/assembly/support-desk.ts';

const product = (n: number, zh: string, en: string, part: object = {}) => ({ productId: `p${n}`, linkNumber: n, name: { zh, en }, price: '59.00', priceCurrency: 'CNY', priceFloor: '39.00', stock: 40, ...part }); // prettier-ignore

/** One product without a floor; the host screen of a tablet that nobody has calibrated. */
export const AIR_CATALOGUE = Catalogue.parse({ products: [product(3, '亚麻衬衫', 'Linen shirt'), product(5, '蓝色水杯', 'Blue water bottle', { priceFloor: undefined })] }); // prettier-ignore
const TABLET: ScreenReport = { screenId: 'tablet', distanceM: 1.5, calibrated: false, hidden: false };

export function scriptedAir(state: PanelState, nowMs: number) {
  return { checks: beforeAir({ nowMs, state, catalogue: AIR_CATALOGUE, skewMs: 400, screens: [TABLET], doors: [] }) };
}

/** With a log line that names a product, and a room that is not everybody's. */
export function scriptedSupport(state: PanelState, folder: string, nowMs: number) {
  const config = AgentConfig.parse({ room: { id: 'room-of-xia', name: '夏日家居专场' } });
  const log = ['2026-05-01T12:00:00.000Z warn  source room-of-xia: 亚麻衬衫 was not told by wss://live.example/xia?token=abc'];
  const running = { state, ...scriptedAir(state, nowMs), figures: {}, log };
  return supportFile({ config, catalogue: AIR_CATALOGUE, secrets: null, running, findings: [], folder, madeMs: nowMs, program: '0.1.0' });
} // prettier-ignore
