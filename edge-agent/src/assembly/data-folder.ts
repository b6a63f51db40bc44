import os from 'node:os';
import path from 'node:path';

/** Where journal, outbox, configuration and secrets lie: `--data`, else LIVECUE_DATA, else ~/.livecue; demos apart. */
export function dataFolder(given: string | undefined, env: NodeJS.ProcessEnv, demo: boolean): string {
  const base = given ?? env.LIVECUE_DATA ?? path.join(os.homedir(), '.livecue');
  return path.resolve(given === undefined && demo ? path.join(base, 'demo') : base);
}
