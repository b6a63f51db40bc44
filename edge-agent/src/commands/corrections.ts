import type { TrainingExample } from '@livecue/shared/contract';
import { storedExamples } from './stored-examples.ts';

const HELP = `livecue corrections --out FILE [--data DIR] [--forget]

Writes the training examples that operators made by correcting comments, one JSON a line, in the order in
which they were first made: text, intent, offensive, spam, productIds, what the models had said (given),
modelVersion, correctedMs, catalogueId. The trainers read text and intent as they are. The examples hold
viewers' words: they stay on this box unless you carry the file away.

A running agent is asked for them; of one that is stopped the data folder is read.

  --out FILE   JSON Lines ("-" is stdout)
  --data DIR   data folder of the agent (default ~/.livecue, with --demo ~/.livecue/demo)
  --demo       the data folder of livecue start --demo
  --forget     removes them from the data folder once they are written; the agent must be stopped
  -h, --help   this text

Example: livecue corrections --out corrections.jsonl
`;

/** What operators said of comments. Exit code 0 written, 1 nothing to read or no way to write, 2 the call was wrong. */
export const corrections = storedExamples<TrainingExample>({
  name: 'corrections',
  plural: 'examples',
  help: HELP,
  stored: (parts) => parts.corrections,
  ask: async (agent, after, limit) => (await agent.call('corrections.read', { after, limit })).examples,
});
