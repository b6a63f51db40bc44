import * as z from 'zod';

/**
 * What a paired device may do. `host` is a screen on the set, where passers-by look: it gets no viewer's words.
 * `operator` runs shows. `admin` also changes settings and who is paired. `auditor` reads what an operator does, but
 * for viewers' words, and changes nothing.
 */
export const PanelRole = z.enum(['host', 'operator', 'admin', 'auditor']);
export type PanelRole = z.infer<typeof PanelRole>;

/** Roles that a device may give to another one with a code. */
export function rolesToGive(role: PanelRole): readonly PanelRole[] {
  if (role === 'admin') return PanelRole.options;
  return role === 'operator' ? ['host', 'operator'] : [];
}

/** A device's name as people gave it, or as its browser tells. */
export const DeviceName = z.string().max(40).regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'expected one line'); // prettier-ignore

/** A paired device. `device` is the beginning of the hash of its token, as in the log. */
export const PairedDevice = z.object({
  device: z.string(),
  name: z.string(),
  role: PanelRole,
  /** Null: paired by a version that did not keep it. */
  sinceMs: z.int().nullable(),
  /** To the hour; null: never, or not known. */
  seenMs: z.int().nullable(),
  connected: z.boolean(),
  /** The device that asks. */
  self: z.boolean(),
});
export type PairedDevice = z.infer<typeof PairedDevice>;

/** Verbs about the calling device and others; the panel server answers them. */
export const DEVICE_VERBS = {
  'self.read': { args: z.strictObject({}), result: z.object({ device: z.string(), role: PanelRole, name: z.string() }) },
  /** A new one-time code so that one more device can pair, in a role that the caller may give. */
  'pairing.create': {
    args: z.strictObject({ role: PanelRole.default('operator'), name: DeviceName.default('') }),
    /** `fingerprint`: SHA-256 of the certificate, for comparing, where no browser knows it. */
    result: z.object({ code: z.string(), expiresMs: z.int(), urls: z.array(z.string()), fingerprint: z.string().nullable() }),
  },
  /** Newest first. */
  'devices.paired': { args: z.strictObject({}), result: z.object({ devices: z.array(PairedDevice) }) },
  /** It is turned away at once, and needs a new code. False: there is no such device. */
  'devices.remove': {
    args: z.strictObject({ device: z.string().regex(/^[0-9a-f]{8}$/, 'expected 8 hexadecimal digits') }),
    result: z.object({ removed: z.boolean() }),
  },
} as const; // prettier-ignore
