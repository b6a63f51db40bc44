import { readFile, stat } from 'node:fs/promises';
import { PanelLink } from '@livecue/shared/contract';

/** Environment variable with the path of the link file that the agent writes. */
export const LINK_VARIABLE = 'LIVECUE_PANEL_LINK';

export type FoundLink =
  { readonly ok: true; readonly link: PanelLink } | { readonly ok: false; readonly problem: string };

/** Reads how to reach the agent. What is wrong comes back as words with what to do; keys never stand in them. */
export async function readLink(path: string | undefined, platform: NodeJS.Platform): Promise<FoundLink> {
  if (path === undefined || path === '') {
    return {
      ok: false,
      problem: `${LINK_VARIABLE} is not set. Start the agent with "livecue start"; it prints how to open the desktop.`,
    };
  }
  let text: string;
  try {
    // Windows has no such bits; there the file lies in the profile of its owner.
    const others = platform === 'win32' ? 0 : (await stat(path)).mode & 0o077;
    if (others !== 0)
      return {
        ok: false,
        problem: `The link file ${path} can be read by others of this machine. Run "chmod 600" on it, or start the agent again.`,
      };
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return {
      ok: false,
      problem: `The link file ${path} could not be read (${code}). Start the agent with "livecue start" and try again.`,
    };
  }
  return parseLink(text, path);
}

function parseLink(text: string, path: string): FoundLink {
  const wrong = (what: string): FoundLink => ({
    ok: false,
    problem: `The link file ${path} is not valid (${what}). Start the agent again; it writes a new one.`,
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong('no JSON');
  }
  const parsed = PanelLink.safeParse(value);
  // The path of the first problem names a field and never its value.
  return parsed.success
    ? { ok: true, link: parsed.data }
    : wrong(parsed.error.issues[0]?.path.join('.') || 'not an object');
}
