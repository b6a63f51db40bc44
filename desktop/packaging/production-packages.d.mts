export interface PackagedSystem {
  readonly platform: string;
  readonly arch: string;
}
export function packageFolders(names: readonly string[], root: string): string[];
export function isNeeded(place: string, system: PackagedSystem): boolean;
export function copyPackages(folders: readonly string[], root: string, to: string, system: PackagedSystem): void;
