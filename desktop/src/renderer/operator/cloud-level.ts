import type { UplinkStatus } from '@livecue/shared/contract';
import type { Level } from './level-icon.tsx';

export function cloudLevel(uplink: UplinkStatus): Level {
  if (uplink.state === 'off') return 'off';
  if (uplink.state === 'failed' || uplink.broken === true) return 'wrong';
  return uplink.state === 'connected' && uplink.problem === null ? 'ok' : 'warn';
}
