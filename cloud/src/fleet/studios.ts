import { readFileSync } from 'node:fs';

const STUDIO_MAX = 200;

function isStudios(value: unknown): value is Record<string, string[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (agents: unknown) =>
      Array.isArray(agents) &&
      agents.length <= STUDIO_MAX &&
      agents.every((one) => typeof one === 'string' && /^[a-z0-9][a-z0-9-]{0,62}$/.test(one)),
  );
}

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
  if (!isStudios(value))
    throw new Error(`reading the studios from ${file}: expected {"studio name": ["agent", …], …}, at most ${STUDIO_MAX} agents each`); // prettier-ignore
  for (const [name, agents] of Object.entries(value)) {
    for (const agentId of agents) {
      if (studio.has(agentId)) throw new Error(`reading the studios from ${file}: ${agentId} stands in ${name} and in another one`); // prettier-ignore
      studio.set(agentId, agents);
    }
  }
  return (agentId) => studio.get(agentId) ?? [agentId];
}
