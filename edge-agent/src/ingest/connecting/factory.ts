import * as z from 'zod';
import type { Connector, ConnectorContext, ConnectorFactory } from '../connector.ts';
import { parseSetup } from '../decoding/setup.ts';

/** A secret of the configuration: written by the form, never read back. */
export const Secret = (description: string) => z.string().min(1).max(4096).meta({ writeOnly: true, description });

interface FactoryParts<T extends z.ZodType> extends Omit<ConnectorFactory, 'configuration' | 'create'> {
  readonly schema: T;
  readonly open: (settings: z.output<T>, context: ConnectorContext) => Connector;
}

/** A factory whose form and check are one schema. */
export function createFactory<T extends z.ZodType>({ schema, open, ...about }: FactoryParts<T>): ConnectorFactory {
  return {
    ...about,
    configuration: z.toJSONSchema(schema, { io: 'input' }) as Readonly<Record<string, unknown>>,
    create: (configuration, context) => open(parseSetup(schema, configuration, about.name), context),
  };
}
