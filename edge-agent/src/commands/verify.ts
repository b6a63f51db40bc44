import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { faultOf, RecordProof } from '@livecue/shared/proof';
import { openManifest } from '../inference/model-manifest.ts';
import { AgentError } from '../runtime/agent-error.ts';
import { noteCrypto } from '../runtime/note-crypto.ts';
import type { Command } from './command.ts';

const HELP = `livecue verify FILE… [--key KEY]

Checks files without a network and without a database, one JSON line each on stdout: file, kind, ok, and of
what does not fit the problem.

  proof of a record    what "livecue receiver prove" printed: the record is in the agent's signed tree
                       (RFC 6962 hashes, C2SP checkpoint signed with Ed25519)
  model                manifest.json, or the folder it stands in: the model is the one that the manifest names

  --key KEY    verifier key of the agent (it stands in the agent's presence message, and in table agent_keys), so
               that the proof does not vouch for itself; without it the proof's own is used, and keyGiven says false
  -h, --help   this text

Exit codes: 0 all fit, 1 one does not or cannot be read, 2 the call was wrong.

Example: livecue receiver prove --database .livecue/cloud/pglite --agent studio-1 --epoch 7 --seq 42 > proof.json
         livecue verify proof.json --key livecue-studio-1+1f2e3d4c+Af…
`;

type Verdict = { readonly kind: string; readonly problem: string | null; readonly more?: Record<string, unknown> };

/** Exit code 0 all fit, 1 one does not or cannot be read, 2 the call was wrong. */
export const verify: Command = async (args, { stdout, stderr }) => {
  let call: { values: { key?: string; help?: boolean }; positionals: string[] };
  try {
    call = parseArgs({ args, allowPositionals: true, options: { key: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }); // prettier-ignore
  } catch (error) {
    stderr.write(`livecue verify: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  const { values, positionals } = call;
  if (values.help === true) {
    stdout.write(HELP);
    return 0;
  }
  if (positionals.length === 0) {
    stderr.write(`livecue verify: give at least one file\n\n${HELP}`);
    return 2;
  }
  let failed = false;
  for (const file of positionals) {
    const { kind, problem, more } = verdictOf(file, values.key);
    failed ||= problem !== null;
    stdout.write(
      `${JSON.stringify({ file, kind, ok: problem === null, ...more, ...(problem === null ? {} : { problem }) })}\n`,
    );
  }
  return failed ? 1 : 0;
};

function verdictOf(file: string, key: string | undefined): Verdict {
  try {
    if (statSync(file).isDirectory() || path.basename(file) === 'manifest.json') return verdictOfModel(file);
    const parsed = RecordProof.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (!parsed.success)
      return { kind: 'unknown', problem: 'neither a proof of a record nor manifest.json of a model' };
    const proof = parsed.data;
    const more = { agentId: proof.agentId, epoch: proof.epoch, seq: proof.seq, keyGiven: key !== undefined };
    return { kind: 'record', problem: faultOf(noteCrypto, proof, key ?? proof.key), more };
  } catch (error) {
    return { kind: 'unknown', problem: `cannot be read: ${(error as Error).message}` };
  }
}

function verdictOfModel(file: string): Verdict {
  const folder = statSync(file).isDirectory() ? file : path.dirname(file);
  try {
    const { task, version } = openManifest(folder).manifest;
    return { kind: 'model', problem: null, more: { task, version } };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { kind: 'model', problem: error.message };
  }
}
