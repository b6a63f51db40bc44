/** `livecue bench NAME`: measured figures of the real program, one table for people or JSON for machines. */
import { answersBench, ANSWERS_HELP } from './answers.ts';
import { trialBench, TRIAL_HELP } from './model-trial.ts';
import { modelsBench, MODELS_HELP } from './models.ts';
import { pipelineBench } from './pipeline.ts';
import { SOAK_HELP, soakBench } from './soak.ts';
import { uplinkBench, UPLINK_HELP } from './uplink.ts';
import { uplinkCostBench, UPLINK_COST_HELP } from './uplink-cost.ts';

const HELP = `livecue bench pipeline [--seconds N] [--rate N] [--sustain N] [--only PARTS] [--json] [--data DIR]

Starts the real agent with its journal, outbox, embedded broker and receiver, and drives it over ZeroMQ
from a second process with bursts as they were recorded in real rooms (or, where no recording is at hand,
in the simulated room).

  throughput   as fast as the agent takes events, for --seconds
  sustained    at --sustain events a second on average, in the recorded bursts, for --seconds
  latency      at --rate events a second on average, in the recorded bursts, for --seconds
  flat         at --rate with 10, 500 and 5,000 products and with 1 and 50 sources: what an event costs
               the main thread must not depend on them (only when asked for)

  --seconds N   length of each part (default 20)
  --rate N      mean rate of the latency part (default 10000)
  --sustain N   mean rate of the sustained part (default 30000)
  --only PARTS  which of these, with commas between (default throughput,sustained,latency)
  --products N  products of the catalogue, all of them active (default 500)
  --sources N   rooms and shops that the events come from (default 1 of each)
  --events N    events a ZeroMQ message in the throughput part (default 50)
  --json        one JSON object on stdout
  --data DIR    folder for the agent's files (default a new one in the temporary folder)

Example: livecue bench pipeline --seconds 20 --json
`;

const [, name, ...args] = process.argv.slice(2);
if (name === 'pipeline') {
  process.exitCode = await pipelineBench(args, HELP);
} else if (name === 'soak') {
  process.exitCode = await soakBench(args);
} else if (name === 'models') {
  process.exitCode = await modelsBench(args);
} else if (name === 'trial') {
  process.exitCode = await trialBench(args);
} else if (name === 'uplink') {
  process.exitCode = await uplinkBench(args);
} else if (name === 'uplink-cost') {
  process.exitCode = await uplinkCostBench(args);
} else if (name === 'answers') {
  process.exitCode = answersBench(args);
} else {
  const asked = name === undefined || name === '--help' || name === '-h';
  const helps = [HELP, SOAK_HELP, MODELS_HELP, TRIAL_HELP, ANSWERS_HELP, UPLINK_HELP, UPLINK_COST_HELP].join('\n');
  (asked ? process.stdout : process.stderr).write(
    asked ? helps : `livecue bench: there is no bench "${name}".\n\n${helps}`,
  );
  process.exitCode = name === '--help' || name === '-h' ? 0 : 2;
}
