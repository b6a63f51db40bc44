// Builds `text-kernel.wasm` from `text-kernel.wat`: node scripts/wasm.mjs. A test holds the two against each other.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

export const SOURCE = fileURLToPath(new URL('../edge-agent/src/inference/text-kernel.wat', import.meta.url));

/** The module's bytes. */
export async function builtKernel() {
  const { parseWat } = await wabt();
  const parsed = parseWat(SOURCE, readFileSync(SOURCE, 'utf8'), { simd: true });
  parsed.validate();
  return parsed.toBinary({}).buffer;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(SOURCE.replace('.wat', '.wasm'), await builtKernel());
