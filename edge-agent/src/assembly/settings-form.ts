import * as z from 'zod';
import { AgentConfig, type ConnectorForm } from '@livecue/shared/contract';
import { CONNECTORS, secretFields } from './connector-list.ts';

type Property = { readonly writeOnly?: boolean; readonly description?: string; readonly additionalProperties?: { readonly writeOnly?: boolean } }; // prettier-ignore

/** What forms of sources are drawn from. */
export function connectorForms(): ConnectorForm[] {
  return [...CONNECTORS.values()].map((factory) => {
    const secrets = secretFields(factory);
    const { properties = {}, required = [], ...rest } = factory.configuration as { properties?: Record<string, Property>; required?: string[] }; // prettier-ignore
    const open = Object.fromEntries(Object.entries(properties).filter(([field]) => !secrets.includes(field)));
    return {
      name: factory.name,
      tier: factory.tier,
      transport: factory.capabilities.transport,
      warning: factory.warning ?? null,
      schema: { ...rest, properties: open, required: required.filter((field) => !secrets.includes(field)) },
      secrets: secrets.map((field) => ({
        field,
        required: required.includes(field),
        map: properties[field]!.writeOnly !== true,
        description: properties[field]!.description ?? '',
      })),
      endpoints: { ...factory.endpoints },
    };
  });
}

export const settingsSchema = (): Record<string, unknown> => z.toJSONSchema(AgentConfig, { io: 'input', unrepresentable: 'any' }); // prettier-ignore
