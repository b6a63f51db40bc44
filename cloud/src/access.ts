import { readFileSync } from 'node:fs';

/** The call was wrong: exit code 2. */
export class UsageError extends Error {}

/** User of a broker, and PEM texts for TLS: whom to trust beside the system's authorities, and what we show. */
export interface BrokerAccess {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Options of every command that connects to a broker. */
export const BROKER_OPTIONS = {
  broker: { type: 'string' },
  'broker-user': { type: 'string' },
  'broker-ca': { type: 'string' },
  'broker-cert': { type: 'string' },
  'broker-key': { type: 'string' },
} as const;

type BrokerFlag = keyof typeof BROKER_OPTIONS;
type BrokerValues = { readonly [K in BrokerFlag]?: string };

export function brokerOf({ broker = 'mqtt://127.0.0.1:7425' }: BrokerValues): string {
  if (/^[a-z]+:\/\/[^/]*@/.test(broker))
    throw new UsageError('--broker: user and password do not belong into the address; see --broker-user');
  if (!/^(mqtts?|wss?):\/\//.test(broker))
    throw new UsageError(`--broker ${broker}: give an address like mqtt://127.0.0.1:1883`);
  return broker;
}

export function accessOf(values: BrokerValues): BrokerAccess {
  const read = (flag: BrokerFlag): string | undefined => {
    const file = values[flag];
    if (file === undefined) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new UsageError(`--${flag}: ${(error as Error).message}; give the path of a PEM file`);
    }
  };
  const username = values['broker-user'];
  const password = process.env['LIVECUE_BROKER_PASSWORD'];
  if (username !== undefined && password === undefined)
    throw new UsageError(`--broker-user ${username}: put the password into the environment variable LIVECUE_BROKER_PASSWORD`); // prettier-ignore
  const access = { ca: read('broker-ca'), cert: read('broker-cert'), key: read('broker-key'), ...(username === undefined ? {} : { username, password }) }; // prettier-ignore
  return Object.fromEntries(Object.entries(access).filter(([, value]) => value !== undefined));
}
