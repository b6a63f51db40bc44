export interface WindowFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}
export function electronBinary(root: string): string | null;
export function noWindowReason(facts: WindowFacts): string | null;
export function ensureElectron(
  call: WindowFacts & {
    readonly root: string;
    readonly node?: string;
    readonly say: (words: string) => void;
    readonly limitMs?: number;
  },
): Promise<string | null>;
