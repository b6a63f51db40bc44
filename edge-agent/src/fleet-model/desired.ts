import { ModelDelivery, modelOrigin, type DeliveredTask, type ModelReport } from '@livecue/shared/contract';
import { openDocument, SignedDocument, type Verifier } from '@livecue/shared/proof';
import { noteCrypto } from '../runtime/note-crypto.ts';
import type { OpenedMemory } from './models-memory.ts';
import type { ReportBoard } from './report-board.ts';

export interface DesiredPorts {
  readonly memory: OpenedMemory;
  readonly board: ReportBoard;
  readonly nowMs: () => number;
  /** To be worked on unless it was refused at once; one that was under way is no longer wanted. */
  readonly onAccepted: (task: DeliveredTask) => void;
}

/**
 * What stands on the topic of a task's desired model. Only what `verifier` has signed for this agent and task, with a
 * higher version than all before, is accepted; the rest is told as ignored. The newest comes again with every
 * connection and is then nothing new.
 */
export function createDesired(ports: DesiredPorts, agentId: string, verifier: Verifier): (task: DeliveredTask, payload: Buffer) => void {
  const { memory, board } = ports;
  const accept = async (task: DeliveredTask, version: number, document: SignedDocument) => {
    const delivery = ModelDelivery.safeParse(jsonOf(document.text));
    const fault = faultOf(task, delivery);
    const report: ModelReport = { task, version, modelVersion: delivery.data?.modelVersion ?? '', state: fault === null ? 'waiting' : 'refused', atMs: ports.nowMs(), untilMs: null, reason: fault, ignored: null, chunks: null, canary: null };
    memory.now.tasks[task] = { document, version, attempts: 0, report };
    board.problem = null;
    ports.onAccepted(task);
    await memory.save();
    board.tellAll();
  };
  return (task, payload) => {
    // A topic that was cleared wants nothing.
    if (payload.length === 0) return;
    const document = SignedDocument.safeParse(jsonOf(payload.toString('utf8')));
    if (!document.success) return board.ignore(task, 'what stands there is no signed document');
    const said = openDocument(noteCrypto, verifier, modelOrigin(agentId, task), document.data);
    if (!said.ok) return board.ignore(task, said.problem);
    const known = memory.now.tasks[task];
    if (known === undefined || said.version > known.version) {
      accept(task, said.version, document.data).catch((error: unknown) => board.ignore(task, `it could not be remembered: ${(error as Error).message}`));
    } else if (said.version < known.version) board.ignore(task, `its version ${said.version} is older than ${known.version}, which was here already`);
    else if (said.text !== known.document.text) board.ignore(task, `another delivery had its version ${said.version} already`);
  };
} // prettier-ignore

function faultOf(task: DeliveredTask, { data, error }: ReturnType<typeof ModelDelivery.safeParse>): string | null {
  const issue = error?.issues[0];
  if (issue !== undefined) return `${issue.path.join('.') || 'delivery'}: ${issue.message}`;
  return data?.task === task ? null : `it is of task ${data?.task}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema that is asked next says what is wrong.
    return undefined;
  }
}
