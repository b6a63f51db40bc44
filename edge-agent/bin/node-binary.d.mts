export const ROOT: string;
export const NODE_FLAGS: readonly string[];
export function nodeBinary(): string | null;
