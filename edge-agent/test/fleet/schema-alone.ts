import { AgentConfig } from '@livecue/shared/contract';
import type { Checked } from '../../src/assembly/settings-check.ts';

/** Settings checked by their schema alone: no connector is loaded, so that many processes start in little time. */
export function schemaAlone(settings: unknown): Checked {
  const { data } = AgentConfig.safeParse(settings);
  return data === undefined ? { config: null, problems: [{ path: '', message: 'no settings', secret: null }] } : { config: data, problems: [] }; // prettier-ignore
}
