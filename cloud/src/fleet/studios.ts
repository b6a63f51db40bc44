import { readFileSync } from 'node:fs';
import * as z from 'zod';

const Studios = z.record(z.string().min(1), z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)).max(200));

/** Which agents see each other: those of one studio. Without a file, or in none, an agent sees itself alone. */
export function readStudios(file: string | null): (agentId: string) => readonly string[] {
  const studio = new Map<string, readonly string[]>();
  if (file === null) return (agentId) => [agentId];
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`reading the studios from ${file}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = Studios.safeParse(value);
  if (!parsed.success)
    throw new Error(`reading the studios from ${file}: expected {"studio name": ["agent", …], …}, at most 200 agents each`); // prettier-ignore
  for (const [name, agents] of Object.entries(parsed.data)) {
    for (const agentId of agents) {
      if (studio.has(agentId)) throw new Error(`reading the studios from ${file}: ${agentId} stands in ${name} and in another one`); // prettier-ignore
      studio.set(agentId, agents);
    }
  }
  return (agentId) => studio.get(agentId) ?? [agentId];
}
