/** `npm run test:fuzz`: changed inputs for every reader of what comes from outside, led by coverage. */
import { parseArgs } from 'node:util';
import { fuzz, type FuzzResult } from './fuzz.ts';
import { TARGETS } from './targets.ts';

const HELP = `npm run test:fuzz [-- --inputs N] [--minutes N] [--seed S] [--only PART]

  --inputs N    in all, shared among the readers, default 1000000
  --minutes N   at most so long in all, default 60
  --seed S      the same inputs again, default 1
  --only PART   readers whose name holds this

Exit codes: 0 nothing found, 1 something found (with the input), 2 the call was wrong.
`;

export function resultLine({ name, inputs, kept, blocks, slowestMs, grownMb, findings }: FuzzResult): string {
  const figures = `${String(inputs).padStart(8)} inputs, ${String(kept).padStart(4)} kept, ${String(blocks).padStart(5)} blocks`;
  return `${figures}, slowest ${slowestMs.toFixed(0)} ms, heap ${grownMb >= 0 ? '+' : ''}${grownMb.toFixed(1)} MB  ${name}${findings.map((finding) => `\n  FOUND ${finding}`).join('')}`;
} // prettier-ignore

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { inputs: text, minutes: text, seed: text, only: text, help: { type: 'boolean' } } }); // prettier-ignore
  const [inputs, minutes, seed] = [values.inputs ?? '1000000', values.minutes ?? '60', values.seed ?? '1'].map(Number);
  const targets = TARGETS.filter(({ name }) => name.includes(values.only ?? ''));
  if (values.help === true || ![inputs, minutes, seed].every(Number.isFinite) || targets.length === 0) {
    const wrong = targets.length === 0 ? `--only ${values.only}: no reader is called so\n\n` : '';
    process.stdout.write(`${wrong}${HELP}`);
    return values.help === true ? 0 : 2;
  }
  const endsMs = performance.now() + minutes! * 60_000;
  let [left, found, done] = [inputs!, 0, 0];
  for (const [index, target] of targets.entries()) {
    const share = Math.ceil(left / (targets.length - index));
    const budgetMs = (endsMs - performance.now()) / (targets.length - index);
    const result = await fuzz(target, { seed: seed! + index, inputs: share, budgetMs });
    process.stdout.write(`${resultLine(result)}\n`);
    left = Math.max(0, left - result.inputs);
    done += result.inputs;
    found += result.findings.length;
  }
  process.stdout.write(`${done} inputs over ${targets.length} readers, seed ${seed}: ${found} findings\n`);
  return found === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();
