import * as z from 'zod';
import { ConfigReport, DeviceReport, DeviceRow } from './fleet.ts';
import { Trouble } from './trouble.ts';

/** Verbs of the Devices page; all of them are the operator's. */
export const FLEET_VERBS = {
  'fleet.read': {
    args: z.strictObject({}),
    result: z.object({
      agentId: z.string(),
      /** This device, as of now. */
      own: DeviceReport,
      config: ConfigReport,
      connected: z.boolean(),
      problem: z.string().nullable(),
      /** As of a source. */
      trouble: Trouble.optional(),
      /** As the receiver told, without this one; empty when it has not. */
      others: z.array(DeviceRow),
      /** When it told, the agent's clock; null: not since the start. */
      toldMs: z.int().nullable(),
    }),
  },
  /** The staged version now, show or not: the agent starts again within seconds. False: none is staged. */
  'fleet.apply': { args: z.strictObject({}), result: z.object({ begun: z.boolean() }) },
  /** To the version before the one in force. False: there is none. */
  'fleet.back': { args: z.strictObject({}), result: z.object({ begun: z.boolean() }) },
} as const;
