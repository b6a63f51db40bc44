import { describeSourceCompliance } from './source-compliance.ts';
import { httpTarget, replayTarget, webSocketTarget, zmqTarget } from './source-rigs.ts';

for (const target of [zmqTarget, httpTarget, webSocketTarget, replayTarget]) describeSourceCompliance(target);
