import { isOwnMachine } from '../../runtime/tls-door.ts';
import { withoutUrlPasswords } from './url-password.ts';
import type { AgentConfig, SettingsChange, SettingsWarning } from '@livecue/shared/contract';

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const CHANGES_MAX = 1000;

/** Values by dotted path as JSON text, passwords in addresses masked; connectors by their name, other lists are values. */
export function settingsLeaves(config: AgentConfig): Map<string, string> {
  const connectors = Object.fromEntries(config.connectors.map(({ name, ...entry }) => [name, entry]));
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (!isSection(value) || (Object.keys(value).length === 0 && path !== '')) {
      found.set(path, withoutUrlPasswords(JSON.stringify(value)));
      return;
    }
    for (const [key, one] of Object.entries(value)) walk(one, path === '' ? key : `${path}.${key}`);
  };
  walk({ ...config, connectors: config.connectors.length === 0 ? [] : connectors }, '');
  return found;
}

/** What differs between two configurations with all their defaults, by path; what is there in both and equal is left out. */
export function settingsDiff(before: AgentConfig, after: AgentConfig): SettingsChange[] {
  const [old, next] = [settingsLeaves(before), settingsLeaves(after)];
  // The empty list stands for "none" on one side only: the sources of the other side say it all.
  if (old.get('connectors') !== next.get('connectors')) [old, next].forEach((one) => one.delete('connectors'));
  const changes: SettingsChange[] = [];
  for (const path of new Set([...old.keys(), ...next.keys()])) {
    const change = { path, before: old.get(path) ?? null, after: next.get(path) ?? null };
    if (change.before !== change.after) changes.push(change);
  }
  return changes.slice(0, CHANGES_MAX);
}

/** What should be known before `after` comes into force in place of `before`. */
export function settingsWarnings(before: AgentConfig, after: AgentConfig): SettingsWarning[] {
  const differs = (read: (config: AgentConfig) => unknown) => JSON.stringify(read(before)) !== JSON.stringify(read(after)); // prettier-ignore
  const opens = (read: (config: AgentConfig) => string) => isOwnMachine(read(before)) && !isOwnMachine(read(after));
  const warnings: [SettingsWarning, boolean][] = [
    ['panel-moves', differs(({ panel }) => [panel.host, panel.httpPort])],
    ['off-loopback', opens(({ panel }) => panel.host) || opens(({ ingest }) => ingest.host)],
    ['agent-id', differs(({ agentId }) => agentId)],
    ['less-privacy', after.uplink.kAnonymity < before.uplink.kAnonymity],
    ['records-removed', after.shows.keep < before.shows.keep || after.shows.keepDays < before.shows.keepDays],
    ['ingress-moves', differs(({ ingest }) => [ingest.host, ingest.httpPort, ingest.hooksPort, ingest.zmq.endpoint])],
  ];
  return warnings.filter(([, holds]) => holds).map(([warning]) => warning);
}
