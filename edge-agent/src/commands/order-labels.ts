import type { LabelledOrder } from '@livecue/shared/contract';
import { storedExamples } from './stored-examples.ts';

const HELP = `livecue order-labels --out FILE [--data DIR] [--forget]

Writes what operators said of orders that looked like fraud, one JSON a line, in the order in which it was first
said: orderNumber, eventTimeMs, productId, verdict (confirmed or false-alarm), features by name as the model saw
them, score, by (rule or model), modelVersion, labelledMs. A supervised model is trained from features and
verdict (livecue order-train). The lines hold numbers of orders: they stay on this box unless you carry the file away.

A running agent is asked for them; of one that is stopped the data folder is read.

  --out FILE   JSON Lines ("-" is stdout)
  --data DIR   data folder of the agent (default ~/.livecue, with --demo ~/.livecue/demo)
  --demo       the data folder of livecue start --demo
  --forget     removes them from the data folder once they are written; the agent must be stopped
  -h, --help   this text

Example: livecue order-labels --out verdicts.jsonl
`;

/** What operators said of orders. Exit code 0 written, 1 nothing to read or no way to write, 2 the call was wrong. */
export const orderLabels = storedExamples<LabelledOrder>({
  name: 'order-labels',
  plural: 'verdicts',
  help: HELP,
  stored: (parts) => parts.orderLabels,
  ask: async (agent, after, limit) => {
    const { labels } = await agent.call('labels.read', { after, limit });
    return labels.map(({ id, label }) => ({ id, example: label }));
  },
});
