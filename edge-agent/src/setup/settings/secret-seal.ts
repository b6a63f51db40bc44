/**
 * Who keeps secrets from programs that can read our files: the keystore of the system, which Electron reaches through
 * `safeStorage` and a plain Node process does not reach at all. Secrets are sealed one by one; the rest of their file
 * stays readable, so that it can be seen which are set.
 */
export interface SecretSeal {
  /** Name of the keystore for people: `macOS Keychain`, `Windows DPAPI`, `KWallet`. */
  readonly name: string;
  /** Text → what only `open` on this machine and for this user can read, as base64. */
  seal(text: string): Promise<string>;
  /** Rejects when it was sealed elsewhere or the keystore is locked. */
  open(sealed: string): Promise<string>;
}

/** A message channel to the process that has the keystore: `process.parentPort` of an Electron utility process. */
export interface SealChannel {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
}

/** Agent → desktop. The desktop answers `{ livecueSeal: id, text }`, or `{ livecueSeal: id, problem }`. */
export interface SealCall {
  readonly livecueSeal: number;
  readonly act: 'seal' | 'open';
  readonly text: string;
}

const ANSWER_MS = 10_000;

/** A seal whose other end is the desktop's main process. */
export function sealOverChannel(channel: SealChannel, name: string): SecretSeal {
  const waiting = new Map<number, { take: (text: string) => void; refuse: (error: Error) => void }>();
  let calls = 0;
  channel.on('message', ({ data }) => {
    const { livecueSeal, text, problem } = (data ?? {}) as { livecueSeal?: unknown; text?: unknown; problem?: unknown };
    const one = waiting.get(livecueSeal as number);
    if (one === undefined) return;
    waiting.delete(livecueSeal as number);
    if (typeof text === 'string') one.take(text);
    else one.refuse(new Error(`the keystore (${name}) refuses: ${String(problem)}`));
  });
  const ask = (act: SealCall['act'], text: string) =>
    new Promise<string>((take, refuse) => {
      const id = ++calls;
      const timer = setTimeout(() => {
        waiting.delete(id);
        refuse(new Error(`the keystore (${name}) did not answer within ${ANSWER_MS / 1000} s`));
      }, ANSWER_MS);
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T) => (clearTimeout(timer), then(value));
      waiting.set(id, { take: settled(take), refuse: settled(refuse) });
      channel.postMessage({ livecueSeal: id, act, text } satisfies SealCall);
    });
  return { name, seal: (text) => ask('seal', text), open: (sealed) => ask('open', sealed) };
}

/**
 * The desktop's half: answers one message of an agent, or null when the message is not for the seal. In Electron's
 * main process, with `safeStorage` behind `seal`:
 * `child.on('message', async (message) => { const answer = await answerSealCall(message, seal); if (answer !== null) child.postMessage(answer); })`
 */
export async function answerSealCall(
  message: unknown,
  seal: Pick<SecretSeal, 'seal' | 'open'>,
): Promise<Record<string, unknown> | null> {
  const { livecueSeal, act, text } = (message ?? {}) as Partial<SealCall>;
  if (typeof livecueSeal !== 'number' || typeof text !== 'string' || (act !== 'seal' && act !== 'open')) return null;
  try {
    return { livecueSeal, text: await seal[act](text) };
  } catch (error) {
    return { livecueSeal, problem: (error as Error).message };
  }
}
