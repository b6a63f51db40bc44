/** The page "before air" of the scripted room: a shelf that is nearly ready, judged by the agent's own rules. */
import { Catalogue, type PanelState, type ScreenReport } from '@livecue/shared/contract';
import { beforeAir } from '../../edge-agent/src/assembly/before-air.ts';

const product = (n: number, zh: string, en: string, part: object = {}) => ({ productId: `p${n}`, linkNumber: n, name: { zh, en }, price: '59.00', priceCurrency: 'CNY', priceFloor: '39.00', stock: 40, ...part }); // prettier-ignore

/** One product without a floor; the host screen of a tablet that nobody has calibrated. */
export const AIR_CATALOGUE = Catalogue.parse({ products: [product(3, '亚麻衬衫', 'Linen shirt'), product(5, '蓝色水杯', 'Blue water bottle', { priceFloor: undefined })] }); // prettier-ignore
const TABLET: ScreenReport = { screenId: 'tablet', distanceM: 1.5, calibrated: false, hidden: false };

export function scriptedAir(state: PanelState, nowMs: number) {
  return { checks: beforeAir({ nowMs, state, catalogue: AIR_CATALOGUE, skewMs: 400, screens: [TABLET] }) };
}
