export function plainText(text: string, file: string, sharedFolder: string): string;
export function writePlain(from: string, to: string, folders: readonly string[]): void;
