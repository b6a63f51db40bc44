import { createHash } from 'node:crypto';
import { CONTROL_TOKENS_MAX, ControlToken } from '@livecue/shared/contract';
import * as z from 'zod';
import type { Logger } from '../runtime/logger.ts';

const Kept = ControlToken.omit({ usedMs: true }).extend({ hash: z.string().regex(/^[0-9a-f]{64}$/) });
const BookFile = z.strictObject({ version: z.literal(1), tokens: z.array(Kept).max(CONTROL_TOKENS_MAX) });
type Kept = z.infer<typeof Kept>;

const DAY_MS = 86_400_000;
/** 192 bits: nobody guesses one, so a hash without salt is enough. */
const TOKEN_BYTES = 24;

/** Where the tokens are kept, as hashes: on disk when `write` returns. */
export interface TokenFile {
  read(): Promise<unknown>;
  write(value: unknown): Promise<void>;
  /** Keeps what cannot be read, and names where. */
  setAside(): string;
}

export interface TokenBook {
  list(): ControlToken[];
  /** Null: there are as many as there may be. The token is told here and never again. */
  add(asked: Pick<ControlToken, 'name' | 'role'> & { days: number | null }): Promise<{ tokenId: string; token: string } | null>;
  remove(tokenId: string): Promise<boolean>;
  /** Whether a token that was let in still is one. */
  holds(token: string): boolean;
  /** Whose token it is; counts as a use of it. */
  find(token: string): Pick<ControlToken, 'tokenId' | 'name' | 'role'> | 'expired' | null;
} // prettier-ignore

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** Reads the tokens; a file that cannot be read is kept aside and said so, and nobody has a token then. */
export async function openTokenBook(ports: {
  readonly file: TokenFile;
  readonly nowMs: () => number;
  /** Cryptographically secure. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly logger: Logger;
}): Promise<TokenBook> {
  const { file, nowMs, randomBytes, logger } = ports;
  let tokens: readonly Kept[] = await readTokens(file, logger);
  const usedMs = new Map<string, number>();
  const save = async (next: readonly Kept[]) => {
    await file.write({ version: 1, tokens: next });
    tokens = next;
  };
  const keptOf = (token: string) => {
    const hash = hashOf(token);
    return tokens.find((one) => one.hash === hash);
  };
  const isOver = ({ expiresMs }: Kept) => expiresMs !== null && expiresMs <= nowMs();
  return {
    list: () => tokens.map(({ hash: _hash, ...token }) => ({ ...token, usedMs: usedMs.get(token.tokenId) ?? null })),
    async add({ name, role, days }) {
      if (tokens.length >= CONTROL_TOKENS_MAX) return null;
      const token = Buffer.from(randomBytes(TOKEN_BYTES)).toString('base64url');
      const hash = hashOf(token);
      const createdMs = nowMs();
      const expiresMs = days === null ? null : createdMs + days * DAY_MS;
      await save([...tokens, { tokenId: hash.slice(0, 8), name, role, createdMs, expiresMs, hash }]);
      return { tokenId: hash.slice(0, 8), token };
    },
    async remove(tokenId) {
      if (!tokens.some((one) => one.tokenId === tokenId)) return false;
      await save(tokens.filter((one) => one.tokenId !== tokenId));
      return true;
    },
    holds: (token) => {
      const found = keptOf(token);
      return found !== undefined && !isOver(found);
    },
    find(token) {
      const found = keptOf(token);
      if (found === undefined) return null;
      if (isOver(found)) return 'expired';
      usedMs.set(found.tokenId, nowMs());
      return found;
    },
  };
}

async function readTokens(file: TokenFile, logger: Logger): Promise<readonly Kept[]> {
  try {
    const value = await file.read();
    if (value === null) return [];
    return BookFile.parse(value).tokens;
  } catch (error) {
    const kept = file.setAside();
    // Only where it is wrong: the values are secrets.
    const where = error instanceof z.ZodError ? error.issues.map(({ path }) => path.join('.') || 'file').join(', ') : 'no JSON'; // prettier-ignore
    logger.error(`the tokens of control surfaces cannot be read (${where}) and are kept as ${kept}: make new ones on the page Control`); // prettier-ignore
    return [];
  }
}
