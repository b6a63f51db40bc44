import * as z from 'zod';
import type { PanelVerb } from './panel.ts';

/**
 * What a paired device may do. `host` is a screen on the set, where passers-by look: it gets no viewer's words.
 * `operator` runs shows. `admin` also changes settings and who is paired. `auditor` reads what an operator does, but
 * for viewers' words, and changes nothing.
 */
export const PanelRole = z.enum(['host', 'operator', 'admin', 'auditor']);
export type PanelRole = z.infer<typeof PanelRole>;

const ROLES_OF = {
  /** Reading without viewers' words, also by a host screen. */
  all: ['host', 'auditor', 'operator', 'admin'],
  /** What the host screen does. */
  screen: ['host', 'operator', 'admin'],
  /** Reading without viewers' words. */
  read: ['auditor', 'operator', 'admin'],
  /** A running show, and viewers' words. */
  show: ['operator', 'admin'],
  /** Settings, secrets, and who is paired. */
  setup: ['admin'],
} as const satisfies Record<string, readonly PanelRole[]>;

/** Who may call each verb; one that is not in here does not compile, and is nobody's. */
export const VERB_ACCESS: Readonly<Record<PanelVerb, keyof typeof ROLES_OF>> = {
  'self.read': 'all',
  'devices.paired': 'read',
  'devices.remove': 'setup',
  'pairing.create': 'show',
  'firstrun.read': 'read',
  'firstrun.save': 'setup',
  'screens.read': 'read',
  'templates.read': 'read',
  'templates.save': 'setup',
  'templates.rename': 'setup',
  'templates.remove': 'setup',
  'templates.undo': 'setup',
  'templates.preview': 'read',
  'templates.apply': 'setup',
  'log.read': 'read',
  'log.check': 'read',
  'log.export': 'read',
  'prompt.done': 'screen',
  'prompt.snooze': 'screen',
  'prompt.mute': 'screen',
  'prompt.veto': 'screen',
  'prompt.show': 'show',
  'cues.control': 'show',
  'series.read': 'all',
  'uplink.sent': 'read',
  'comments.after': 'show',
  'comments.before': 'show',
  'comments.correct': 'show',
  'corrections.read': 'show',
  'answers.read': 'show',
  'answers.close': 'show',
  'product.read': 'read',
  'orders.read': 'read',
  'orders.label': 'show',
  'labels.read': 'read',
  'message.presets': 'read',
  'message.send': 'show',
  'message.clear': 'show',
  'offers.read': 'read',
  'offer.propose': 'show',
  'shows.list': 'read',
  'shows.read': 'read',
  'catalogue.read': 'read',
  'catalogue.products': 'read',
  'catalogue.upload': 'show',
  'catalogue.preview': 'show',
  'catalogue.apply': 'show',
  'catalogue.restore': 'show',
  'catalogue.export': 'read',
  'settings.read': 'read',
  'settings.form': 'read',
  'settings.preview': 'setup',
  'settings.apply': 'setup',
  'settings.version': 'read',
  'settings.restore': 'setup',
  'settings.waiting': 'setup',
  'settings.secrets': 'read',
  'settings.secret': 'setup',
  'settings.restart': 'setup',
  'setup.export': 'setup',
  'setup.preview': 'setup',
  'setup.import': 'setup',
  'backup.list': 'read',
  // What the overlay shows may be a viewer's question.
  'actions.read': 'show',
  'action.do': 'show',
  'action.permit': 'show',
  'action.undo': 'show',
  'actions.forget': 'show',
  'overlay.clear': 'show',
  'control.read': 'read',
  // Tokens are for those who run shows: none of them may change settings.
  'control.add': 'show',
  'control.remove': 'show',
  'explain.tell': 'show',
  'air.check': 'read',
  'screen.report': 'screen',
  'fleet.read': 'read',
  'fleet.apply': 'setup',
  'fleet.back': 'setup',
  'models.read': 'read',
  'models.rollback': 'show',
  'report.make': 'show',
  'report.read': 'read',
  'rehearsal.read': 'read',
  'rehearsal.upload': 'show',
  'recording.remove': 'show',
  'rehearsal.start': 'show',
  'rehearsal.control': 'show',
  'rehearsal.stop': 'show',
  'rehearsal.remove': 'show',
  'rehearsal.look': 'all',
  // Whether the caller may call the verb in it is asked again there.
  'rehearsal.call': 'all',
};

export const mayCall = (role: PanelRole, verb: PanelVerb): boolean =>
  (ROLES_OF[VERB_ACCESS[verb]] as readonly PanelRole[] | undefined)?.includes(role) === true;

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
    result: z.object({ code: z.string(), expiresMs: z.int(), urls: z.array(z.string()) }),
  },
  /** Newest first. */
  'devices.paired': { args: z.strictObject({}), result: z.object({ devices: z.array(PairedDevice) }) },
  /** It is turned away at once, and needs a new code. False: there is no such device. */
  'devices.remove': {
    args: z.strictObject({ device: z.string().regex(/^[0-9a-f]{8}$/, 'expected 8 hexadecimal digits') }),
    result: z.object({ removed: z.boolean() }),
  },
} as const; // prettier-ignore
