import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { parseArgs } from 'node:util';
import type { LabelledOrder } from '@livecue/shared/contract';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import { dataFolder } from '../assembly/data-folder.ts';
import { MAX_VERDICTS, trainedOrdersIn } from '../assembly/order-model.ts';
import { countVerdicts, LEAST_VERDICTS, learnVerdicts, tryVerdicts } from '../inference/order-verdicts.ts';
import { rollBackTrained, saveTrained } from '../inference/trained-verdicts.ts';
import { InputError } from '../runtime/agent-error.ts';
import type { Io } from './command.ts';
import { fileCommand } from './file-command.ts';
import { orderLabels } from './order-labels.ts';
import { readVerdicts } from './verdict-lines.ts';

/** Less is hardly better than a coin: such a model would silence at random. */
const LEAST_RANKED = 0.6;
/** Orders that are kept beside the model to prove it by when it is opened. */
const GOLDEN_ORDERS = 40;

const HELP = `livecue order-train [--labels FILE] [--data DIR] [--rollback]

Trains boosted trees on what operators said of orders that looked like fraud, and writes them as the next version
(ONNX, manifest, golden scores) into DIR/models/orders. The agent takes it at its next start: an order of which the
model says that an operator would call it a false alarm is not told. Verdicts are of told orders alone, so the model
silences and never adds. Without such a model the agent learns from its stored verdicts at each start.

Each fifth of the verdicts is foretold by a model that has not seen it. With fewer than ${LEAST_VERDICTS} verdicts of a kind, or
when a confirmed order is ranked above a false alarm in less than ${100 * LEAST_RANKED} % of pairs, nothing is written and the
exit code is 1.

  --labels FILE  verdicts as livecue order-labels writes them; without it those of the data folder, also of a running
                 agent. The newest ${MAX_VERDICTS} count
  --data DIR     data folder of the agent (default ~/.livecue, with --demo ~/.livecue/demo)
  --demo         the data folder of livecue start --demo
  --rollback     trains nothing: the version before serves again from the next start on
  -h, --help     this text

Example: livecue order-train
`;

interface Call {
  readonly labels: string | null;
  readonly data: string;
  readonly rollback: boolean;
}

/** Trains a model on verdicts. Exit code 0 written or rolled back, 1 too few verdicts or not better than chance, 2 the call was wrong. */
export const orderTrain = fileCommand('order-train', HELP, parseCall, async (call: Call, io) => {
  const folder = trainedOrdersIn(call.data);
  return call.rollback ? rollBack(folder, io) : train(folder, await verdictsOf(call, io), io);
});

function rollBack(folder: string, io: Io): number {
  const version = rollBackTrained(folder);
  if (version === null) {
    throw new InputError(`Rolling back the model of verdicts: ${folder} holds no version before the one that serves. Train with livecue order-train, or remove the folder to go without.`); // prettier-ignore
  }
  io.stderr.write(`${version} serves from the next start on\n`);
  return 0;
}

function train(folder: string, verdicts: readonly LabelledOrder[], io: Io): number {
  const { confirmed, falseAlarms } = countVerdicts(verdicts);
  const said = `${confirmed} confirmed, ${falseAlarms} false alarms`;
  if (Math.min(confirmed, falseAlarms) < LEAST_VERDICTS) {
    io.stderr.write(`livecue order-train: ${said}: ${LEAST_VERDICTS} of each kind are needed. Say of more orders on the panel whether they were right (A, X).\n`); // prettier-ignore
    return 1;
  }
  const ranked = tryVerdicts(verdicts);
  const percent = `${(100 * ranked).toFixed(1)} %`;
  if (ranked < LEAST_RANKED) {
    io.stderr.write(`livecue order-train: ${said}: a confirmed order is ranked above a false alarm in ${percent} of pairs not learned from, at least ${100 * LEAST_RANKED} % are needed. The features do not tell the two apart; nothing was written.\n`); // prettier-ignore
    return 1;
  }
  const every = Math.max(1, Math.floor(verdicts.length / GOLDEN_ORDERS));
  const golden = verdicts.filter((_, at) => at % every === 0).map(({ features }) => Float64Array.from(ORDER_FEATURES, (name) => features[name] ?? Number.NaN)); // prettier-ignore
  const version = saveTrained(folder, learnVerdicts(verdicts), golden);
  io.stderr.write(`${said}; a confirmed order is ranked above a false alarm in ${percent} of pairs not learned from\n${version} written to ${folder}, serves from the next start on\n`); // prettier-ignore
  return 0;
}

async function verdictsOf({ labels, data }: Call, io: Io): Promise<LabelledOrder[]> {
  if (labels !== null) return (await readVerdicts(labels)).slice(-MAX_VERDICTS);
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-verdicts-'));
  try {
    const file = path.join(folder, 'verdicts.jsonl');
    await orderLabels(['--out', file, '--data', data], { ...io, stderr: new PassThrough().resume() });
    return (await readVerdicts(file)).slice(-MAX_VERDICTS);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parseCall(args: string[], io: Io): Call | { wrong: string } | 'help' {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        labels: { type: 'string' },
        data: { type: 'string' },
        demo: { type: 'boolean', default: false },
        rollback: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  if (values.help) return 'help';
  if (values.rollback && values.labels !== undefined) return { wrong: '--rollback trains nothing: leave --labels out' };
  return { labels: values.labels ?? null, data: dataFolder(values.data, io.env, values.demo), rollback: values.rollback }; // prettier-ignore
}
