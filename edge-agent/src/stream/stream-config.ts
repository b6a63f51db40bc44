import type { AgentConfig } from '@livecue/shared/contract';

/** Out-of-orderness, lateness, skew, idleness and session gap; the other windows are constants of `slice-windows`. */
export type StreamConfig = AgentConfig['stream'];
