export const ROOT: string;
export const NODE_FLAGS: readonly string[];
export const NODE_ENVIRONMENT: Readonly<Record<string, string>>;
export function nodeBinary(): string | null;
