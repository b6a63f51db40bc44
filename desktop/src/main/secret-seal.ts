import type { ShellPort } from './shell-port.ts';

/** The system's keystore as the agent knows it: text in, base64 that only this user on this machine can open out. */
export interface KeystoreSeal {
  /** Name of the keystore for people. */
  readonly name: string;
  seal(text: string): Promise<string>;
  open(sealed: string): Promise<string>;
}

const NAMES: Readonly<Record<string, string>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows DPAPI',
  gnome_libsecret: 'GNOME Keyring',
  kwallet: 'KWallet',
  kwallet5: 'KWallet',
  kwallet6: 'KWallet',
};

/**
 * The keystore, or null where there is none: a Linux desktop without one would "seal" with a password that stands in
 * Electron's own sources (`basic_text`), which is no seal; there the agent keeps its file of mode 0600.
 */
export async function openKeystore({ keystore, platform }: Pick<ShellPort, 'keystore' | 'platform'>): Promise<KeystoreSeal | null> {
  if (!(await keystore.isAsyncEncryptionAvailable())) return null;
  const name = NAMES[platform === 'linux' ? keystore.getSelectedStorageBackend() : platform];
  if (name === undefined) return null;
  return {
    name,
    seal: async (text) => (await keystore.encryptStringAsync(text)).toString('base64'),
    open: async (sealed) => (await keystore.decryptStringAsync(Buffer.from(sealed, 'base64'))).result,
  };
} // prettier-ignore

/** Answers one message of the agent, or null when it does not ask for the keystore. Secrets stand in no log. */
export async function answerSealCall(message: unknown, seal: KeystoreSeal): Promise<Record<string, unknown> | null> {
  const { livecueSeal, act, text } = (message ?? {}) as { livecueSeal?: unknown; act?: unknown; text?: unknown };
  if (typeof livecueSeal !== 'number' || typeof text !== 'string' || (act !== 'seal' && act !== 'open')) return null;
  try {
    return { livecueSeal, text: await seal[act](text) };
  } catch (error) {
    return { livecueSeal, problem: (error as Error).message };
  }
}
