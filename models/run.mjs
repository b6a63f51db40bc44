// Trains every model, or prints every table of the cards again: `node models/run.mjs train|eval [task …]`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const [what, ...named] = process.argv.slice(2);
if (what !== 'train' && what !== 'eval') {
  process.stderr.write('models: say train or eval, and after it the tasks if not all of them\n');
  process.exit(2);
}

const has = (task, file) => existsSync(`${folder}${task}/${file}`);
const trained = readdirSync(folder).filter((task) => has(task, 'train.py'));
/** Rules have tables and no training; node prints them. */
const written = what === 'eval' ? readdirSync(folder).filter((task) => !has(task, 'train.py') && has(task, 'evaluate.ts')) : [];
const known = [...trained, ...written];
const unknown = named.filter((task) => !known.includes(task));
if (unknown.length > 0) {
  process.stderr.write(`models: there is nothing to ${what} in ${unknown.join(', ')}; there is in ${known.join(', ')}\n`);
  process.exit(2);
}

const tasks = named.length > 0 ? named : known;
const python = tasks.some((task) => trained.includes(task)) ? findPython() : null;
for (const task of tasks) {
  const own = `${folder}${task}/evaluate.py`;
  const script = written.includes(task) ? [`${folder}${task}/evaluate.ts`] : what === 'eval' && existsSync(own) ? [own] : [`${folder}${task}/train.py`, ...(what === 'eval' ? ['--report'] : [])];
  process.stdout.write(`\n## ${task}\n\n`);
  const { status } = spawnSync(written.includes(task) ? process.execPath : python, script, {
    stdio: 'inherit',
    env: { ...process.env, LIVECUE_NODE: process.execPath, PYTHONUNBUFFERED: '1' },
  });
  if (status !== 0) {
    process.stderr.write(`models: ${task} ended with ${status}; its words stand above\n`);
    process.exit(1);
  }
} // prettier-ignore

function findPython() {
  const NEEDS = 'import torch, sklearn, onnx, numpy, scipy';
  const candidates = [process.env.PYTHON, '/usr/bin/python3', 'python3', 'python'].filter(Boolean);
  const python = candidates.find((one) => spawnSync(one, ['-c', NEEDS]).status === 0);
  if (python === undefined) {
    process.stderr.write(
      `models: no Python with ${NEEDS.slice(7)} among ${candidates.join(', ')}. On Debian: apt-get install python3-torch python3-sklearn python3-onnx; elsewhere: pip install -r models/requirements.txt; or name one in PYTHON.\n`,
    );
    process.exit(1);
  }
  return python;
}
