/** The program: reads arguments, environment and signals, and nobody else does. */
import type { Command } from './commands/command.ts';
import { AgentError } from './runtime/agent-error.ts';

/** Loaded on demand: `--help` must not wait for a socket library. */
const COMMANDS: Readonly<Record<string, { words: string; load: () => Promise<Command> }>> = {
  start: { words: 'the agent with its panel; --demo runs a simulated room', load: async () => (await import('./commands/start.ts')).start },
  audit: { words: 'whether the log of what panels changed is as it was written', load: async () => (await import('./commands/audit.ts')).audit },
  catalogue: { words: 'products from CSV, XLSX, Shopify or JSON, with what would change', load: async () => (await import('./commands/catalogue.ts')).catalogue },
  control: { words: 'tokens of buttons: Companion, Stream Deck, pedals, OSC', load: async () => (await import('./commands/control.ts')).control },
  replay: { words: 'recorded events through the whole pipeline, same bytes every time', load: async () => (await import('./commands/replay.ts')).replay },
  report: { words: 'what happened in a show: plots, tables, questions left open', load: async () => (await import('./commands/report.ts')).report },
  setup: { words: 'settings, products and templates as one file; backups', load: async () => (await import('./commands/setup.ts')).setup },
  simulate: { words: 'write a simulated room with its ground truth', load: async () => (await import('./commands/simulate.ts')).simulate },
  tune: { words: 'what a change of the configuration would do to the cards of a recorded show', load: async () => (await import('./commands/tune.ts')).tune },
  decode: { words: 'recorded messages of a platform or shop into canonical events', load: async () => (await import('./commands/decode.ts')).decode },
  classify: { words: 'intent, toxicity, spam, sentiment and products of comments', load: async () => (await import('./commands/classify.ts')).classify },
  detect: { words: 'how odd each point of a series is, from the points before it', load: async () => (await import('./commands/detect.ts')).detect },
  answer: { words: "questions against the shop's own facts: answer, offer or human", load: async () => (await import('./commands/answer.ts')).answer },
  corrections: { words: 'training examples that operators made by correcting comments', load: async () => (await import('./commands/corrections.ts')).corrections },
  'order-labels': { words: 'what operators said of orders that looked like fraud', load: async () => (await import('./commands/order-labels.ts')).orderLabels },
  'order-train': { words: 'a model of what operators say of told orders, with the way back', load: async () => (await import('./commands/order-train.ts')).orderTrain },
  forecast: { words: 'what to expect of many series, with bounds', load: async () => (await import('./commands/forecast.ts')).forecast },
  isolate: { words: 'how strange each row of a table is, learned without labels', load: async () => (await import('./commands/isolate.ts')).isolate },
  'score-orders': { words: 'how strange each order is, with reasons', load: async () => (await import('./commands/score-orders.ts')).scoreOrders },
  verify: { words: 'checks proofs of records, and models against their checksums', load: async () => (await import('./commands/verify.ts')).verify },
  relay: { words: 'hands webhooks to an agent without a public address', load: async () => (await import('./commands/relay.ts')).relay },
  policy: { words: 'whether cues help, and whether a learned policy may choose', load: async () => (await import('./commands/policy.ts')).policy },
  models: { words: 'which models serve, how far deliveries are, and the way back', load: async () => (await import('./commands/models.ts')).models },
  support: { words: 'one file for somebody who helps, without names, words and secrets', load: async () => (await import('./commands/support.ts')).support },
  doctor: { words: 'what is installed and what is missing, with the remedy', load: async () => (await import('./commands/doctor.ts')).doctor },
}; // prettier-ignore

const ELSEWHERE = [
  ['receiver', 'the reference cloud receiver'],
  ['broker', 'the embedded MQTT broker alone'],
  ['fleet', 'configuration of agents from the cloud side, and how their devices are'],
  ['bench', 'measured figures: pipeline, models'],
] as const;

function help(): string {
  const rows = [...Object.entries(COMMANDS).map(([name, { words }]) => [name, words] as const), ...ELSEWHERE];
  return [
    'livecue COMMAND [options]      (livecue COMMAND --help tells more)',
    '',
    ...rows.map(([name, words]) => `  ${name.padEnd(12)} ${words}`),
    '',
    'Exit codes: 0 done, 1 the data or the run failed, 2 the call was wrong.',
    '',
  ].join('\n');
}

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`livecue: there is no command "${name}".\n\n${help()}`);
    return 2;
  }
  const stop = new AbortController();
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      asked++;
      if (asked > 1) process.exit(2);
      stop.abort(new Error(signal));
      // A drain that hangs must not hold the machine: the journal has everything.
      setTimeout(() => process.exit(2), 10_000).unref();
    });
  }
  const run = await command.load();
  return run(args, { stdout: process.stdout, stderr: process.stderr, env: process.env, signal: stop.signal });
}

// `livecue … | head` closes our stdout early; that is not a failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = error instanceof AgentError;
    process.stderr.write(
      `livecue: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
