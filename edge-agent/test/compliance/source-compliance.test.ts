import { describeSourceCompliance } from './source-compliance.ts';
import { httpTarget, replayTarget, simulatorTarget, webSocketTarget, zmqTarget } from './source-rigs.ts';

for (const target of [zmqTarget, httpTarget, webSocketTarget, replayTarget, simulatorTarget]) {
  describeSourceCompliance(target);
}
