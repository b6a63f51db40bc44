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
