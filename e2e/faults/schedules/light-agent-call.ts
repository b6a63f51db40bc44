/** What light-agent.ts is started with, as JSON in its first argument. */
export interface LightAgentCall {
  readonly folder: string;
  readonly agentId: string;
  readonly brokerUrl: string;
  readonly httpPort: number;
  readonly signingKey: string;
  readonly kAnonymity: number;
}

export const TOKEN = 'token-of-the-fault-tests';
/** The clock of its uplink runs so many times as fast. */
export const CLOCK_TIMES = 20;

/**
 * Stream settings of both kinds of agent. Late by ten minutes is still in time: with the clock twenty times as fast, a
 * few seconds in which a busy machine runs nobody would make the stragglers late, and that is no fault.
 */
export const STREAM = { idleSourceMs: 500, maxOutOfOrderMs: 1_000, allowedLatenessMs: 600_000 };
