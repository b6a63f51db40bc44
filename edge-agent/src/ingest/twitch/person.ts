import { asId, asText, compact } from '../decoding/wire-value.ts';

/** Badge set → role, in the order in which roles are listed. */
const ROLE_OF_BADGE: readonly (readonly [role: string, badges: readonly string[]])[] = [
  ['host', ['broadcaster']],
  ['moderator', ['moderator', 'lead_moderator']],
  ['member', ['subscriber', 'founder']],
  ['vip', ['vip']],
  ['verified', ['partner']],
  ['staff', ['staff', 'admin', 'global_mod']],
];

export function rolesOf(badges: readonly string[]): string[] | undefined {
  const roles = ROLE_OF_BADGE.filter(([, names]) => names.some((name) => badges.includes(name))).map(([role]) => role);
  return roles.length > 0 ? roles : undefined;
}

/** Givers without user fields have chosen to stay anonymous. */
export const ANONYMOUS = { identifier: 'anonymous', name: 'anonymous' };

/** A user of EventSub by id and display name; undefined without an id. */
export function user(id: unknown, name: unknown, badges: readonly string[] = []) {
  const identifier = asId(id);
  return identifier === undefined ? undefined : compact({ identifier, name: asText(name), roles: rolesOf(badges) });
}

/** `1000` → `Tier 1`; `Prime` is called so. */
export function tierName(plan: string): string {
  return /^[1-9]000$/.test(plan) ? `Tier ${plan[0]}` : plan;
}

/** `/me text` arrives as a CTCP ACTION: the text is what the viewer wrote. */
export function withoutAction(text: string): string {
  return /^\u0001ACTION ([\s\S]*?)\u0001?$/.exec(text)?.[1] ?? text;
}
