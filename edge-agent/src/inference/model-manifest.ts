import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { IntentRules, ModelManifest } from '@livecue/shared/model';
import { INTENTS } from '@livecue/shared/insight';
import { TEXT_VERSION } from '@livecue/shared/text';
import { AgentError } from '../runtime/agent-error.ts';

/** A model folder cannot be used as it is. The text says which file, what is wrong and what to do. */
export class ModelError extends AgentError {
  readonly code = 'model';
  readonly retry = 'never';
}

export interface OpenedModel {
  readonly manifest: ModelManifest;
  /** The bytes that the manifest names, checked against its sha256. */
  readonly bytes: Uint8Array;
}

/**
 * Reads `manifest.json` in `folder` and the file it names. Throws `ModelError` when one is missing, not
 * valid, altered, or made for another version of `shared/text`.
 */
export function openManifest(folder: string): OpenedModel {
  const path = join(folder, 'manifest.json');
  const parsed = ModelManifest.safeParse(jsonOf(read(path), path));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ModelError(
      `reading ${path}: ${issue?.path.join('.') || 'manifest'}: ${issue?.message ?? 'not valid'}; put back the manifest that came with the model`,
    );
  }
  const manifest = parsed.data;
  if (manifest.file !== basename(manifest.file) || manifest.file === '..' || manifest.file === '.') {
    throw new ModelError(`reading ${path}: file must be a plain name in the same folder, not ${manifest.file}`);
  }
  // 0: the model reads no text.
  if (manifest.textVersion !== 0 && manifest.textVersion !== TEXT_VERSION) {
    throw new ModelError(
      `reading ${path}: made for text version ${manifest.textVersion}, this agent has ${TEXT_VERSION}; install the model that came with this agent`,
    );
  }
  return { manifest, bytes: checkedBytes(folder, manifest) };
}

/** The intent rules of a folder whose manifest is of kind `rules`; throws `ModelError` as `openManifest` does. */
export function openIntentRules(folder: string): { readonly manifest: ModelManifest; readonly rules: IntentRules } {
  const { manifest, bytes } = openManifest(folder);
  const path = join(folder, manifest.file);
  if (manifest.kind !== 'rules' || manifest.task !== 'intent') {
    throw new ModelError(`reading ${path}: expected rules of task intent, found ${manifest.kind} of ${manifest.task}`);
  }
  if (manifest.labels.join() !== INTENTS.join()) {
    throw new ModelError(`reading ${path}: labels must be ${INTENTS.join(', ')} in this order; take the agent's own`);
  }
  const parsed = IntentRules.safeParse(jsonOf(bytes, path));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ModelError(`reading ${path}: ${issue?.path.join('.')}: ${issue?.message}; correct it or reinstall`);
  }
  return { manifest, rules: parsed.data };
}

function checkedBytes(folder: string, manifest: ModelManifest): Uint8Array {
  const path = join(folder, manifest.file);
  const bytes = read(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== manifest.sha256) {
    throw new ModelError(
      `checking ${path}: its sha256 is ${sha256}, the manifest says ${manifest.sha256}; the file was altered or cut short: reinstall it, or after a wanted change update the manifest`,
    );
  }
  return bytes;
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ModelError(`reading ${path}: it cannot be read; reinstall the model folder or correct its path`, {
      cause,
    });
  }
}

function jsonOf(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ModelError(`reading ${path}: it is not JSON; put back the file that came with the model`, { cause });
  }
}
