import * as z from 'zod';

/** First frame of every state message on the panel's PUB socket; subscribers subscribe to it. */
export const PANEL_STATE_TOPIC = 'state';

/** Z85 text of a 32-byte CURVE key (ZeroMQ RFC 26 and RFC 32). */
export const CurveKey = z.string().regex(/^[0-9A-Za-z.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/, 'expected 40 characters of Z85');
export type CurveKey = z.infer<typeof CurveKey>;

/**
 * How the desktop finds its agent on the same machine: a file that the agent writes, readable by its
 * owner alone (mode 0600), because it holds the client's secret key.
 */
export const PanelLink = z.strictObject({
  version: z.literal(1),
  /** PUB of the agent: `tcp://127.0.0.1:7423`. */
  pubEndpoint: z.string().startsWith('tcp://'),
  /** ROUTER of the agent: `tcp://127.0.0.1:7424`. */
  callEndpoint: z.string().startsWith('tcp://'),
  serverPublicKey: CurveKey,
  clientPublicKey: CurveKey,
  clientSecretKey: CurveKey,
});
export type PanelLink = z.infer<typeof PanelLink>;
