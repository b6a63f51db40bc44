import { NOT_AS_SIGNED, troubleWords, type HealthItem, type SourceHealth, type UplinkStatus } from '@livecue/shared/contract'; // prettier-ignore
import type { DropReason } from '@livecue/shared/event';
import type { Stage, Words } from '@livecue/shared/prompt';
import type { StoreStatus } from '../ports.ts';
import { policyItems, type PolicyChoice } from './policy-choice.ts';

/** What the health page rests on. */
export interface HealthFacts {
  readonly store: StoreStatus;
  /** Why the newest step could not be written, or null. */
  readonly stepProblem: string | null;
  readonly uplink: UplinkStatus;
  readonly embeddedCloudProblem: string | null;
  readonly sources: readonly SourceHealth[];
  /** Events that the pipeline refused after the decoder. */
  readonly dropped: Partial<Record<DropReason, number>>;
  /** Events that a full queue gave up. */
  readonly queueDropped: number;
  readonly modelVersion: string;
  readonly stage: Pick<Stage, 'operatorOnly' | 'quiet'>;
  readonly policy: PolicyChoice;
}

const same = (text: string): Words => ({ zh: text, en: text });

/** Refusals of the decoder and the sources: what the operator can do about each. */
const REFUSALS: Partial<Record<DropReason, { title: Words; remedy: Words }>> = {
  malformed: {
    title: { zh: '读不懂的数据', en: 'Unreadable lines' },
    remedy: { zh: '发送端收到的回复里写明了每一行；格式见 docs/events.md。', en: 'The sender’s reply names each line; docs/events.md has the form.' },
  },
  'unknown-kind': {
    title: { zh: '未知类型', en: 'Unknown kinds' },
    remedy: { zh: '发送端比本机新，或类型拼写有误。', en: 'The sender is newer than this agent, or misspells a type.' },
  },
  'too-large': {
    title: { zh: '过大的数据', en: 'Too large' },
    remedy: { zh: '每次少发一些，或调大 ingest.maxFrameBytes。', en: 'Send less at once, or raise ingest.maxFrameBytes.' },
  },
  'from-the-future': {
    title: { zh: '时间超前', en: 'From the future' },
    remedy: { zh: '校准本机和发送端的时钟（打开自动校时）。', en: 'Set the clocks of this machine and of the sender (time synchronisation).' },
  },
}; // prettier-ignore

/** The health page: what is well in a word, what is not with its count and the remedy. */
export function healthItems(facts: HealthFacts): HealthItem[] {
  return [
    diskItem(facts),
    cloudItem(facts),
    modelItem(facts),
    ...cueItems(facts),
    ...policyItems(facts.policy),
    ...refusalItems(facts),
    ...streamItems(facts),
    ...sourceItems(facts),
  ];
}

function diskItem({ store, stepProblem }: HealthFacts): HealthItem {
  const title = { zh: '磁盘', en: 'Disk' };
  const problem = stepProblem ?? store.problem;
  if (problem !== null) {
    const remedy = { zh: '请腾出磁盘空间；在此之前事件会被拒收，不会丢失。', en: 'Free space on this disk; until then events are refused, not lost.' }; // prettier-ignore
    return { name: 'disk', level: 'wrong', title, text: { zh: `写不进磁盘：${problem}`, en: problem }, remedy };
  }
  const free = store.freeBytes === null ? '?' : (store.freeBytes / 1e9).toFixed(0);
  const p99 = store.commitP99Ms.toFixed(1);
  return { name: 'disk', level: 'ok', title, text: { zh: `剩余 ${free} GB，写盘 p99 ${p99} 毫秒`, en: `${free} GB free, write p99 ${p99} ms` }, remedy: null }; // prettier-ignore
}

const UPLINK_STATES: Readonly<Record<UplinkStatus['state'], Words>> = {
  off: { zh: '未启用', en: 'off' },
  connecting: { zh: '连接中', en: 'connecting' },
  connected: { zh: '已连接', en: 'connected' },
  waiting: { zh: '等待重连', en: 'waiting to reconnect' },
  failed: { zh: '已停止', en: 'stopped' },
};

const WAITS: Words = { zh: '直播不受影响；记录存在本机，恢复后补发。', en: 'The show goes on; records wait on disk and are sent when the broker is back.' }; // prettier-ignore

function cloudItem({ uplink, embeddedCloudProblem }: HealthFacts): HealthItem {
  const title = { zh: '云端', en: 'Cloud' };
  const problem = uplink.problem ?? embeddedCloudProblem;
  if (problem === null) {
    const level = uplink.state === 'connected' || uplink.state === 'off' ? 'ok' : 'warn';
    return { name: 'cloud', level, title, text: UPLINK_STATES[uplink.state], remedy: null };
  }
  const ended = uplink.problem === null ? { code: 'embedded-ended', about: '', retryS: null } : uplink.trouble;
  const { text, remedy } = troubleWords(ended, problem);
  const isBroken = uplink.broken === true;
  return { name: 'cloud', level: isBroken ? 'wrong' : 'warn', title, text, remedy: remedy ?? (isBroken ? NOT_AS_SIGNED : WAITS) }; // prettier-ignore
}

function modelItem({ modelVersion }: HealthFacts): HealthItem {
  return {
    name: 'model',
    level: 'ok',
    title: { zh: '理解评论', en: 'Understanding' },
    text: same(modelVersion),
    remedy: null,
  };
}

const QUIET: Readonly<Record<NonNullable<Stage['quiet']>, Words>> = {
  'switched-off': { zh: '已关闭：主持人看不到任何提示', en: 'Switched off: the host sees no cue' },
  'do-not-disturb': { zh: '勿扰：只显示安全提示', en: 'Do not disturb: safety cues alone' },
};

/** Why the host sees fewer cues than usual. */
function cueItems({ stage }: HealthFacts): HealthItem[] {
  const title = { zh: '提示', en: 'Cues' };
  const items: HealthItem[] = [];
  if (stage.quiet !== undefined) {
    const remedy = { zh: '要恢复，请解除勿扰或总开关（advise.enabled）。', en: 'Release the hold or the kill switch (advise.enabled) to have them again.' }; // prettier-ignore
    items.push({ name: 'cues-quiet', level: 'warn', title, text: QUIET[stage.quiet], remedy });
  }
  for (const rule of stage.operatorOnly ?? []) {
    const text = { zh: `${rule}：最近 20 条照做不到两成，只给场控`, en: `${rule}: acted on in less than a fifth of its last 20, now to the operator alone` }; // prettier-ignore
    const remedy = { zh: '从队列里做完几条，它就回到主持人屏幕。', en: 'Act on a few from the queue and it comes back to the host.' }; // prettier-ignore
    items.push({ name: `cues ${rule}`, level: 'warn', title, text, remedy });
  }
  return items;
}

function refusalItems({ sources }: HealthFacts): HealthItem[] {
  const items: HealthItem[] = [];
  for (const [reason, { title, remedy }] of Object.entries(REFUSALS)) {
    const count = sources.reduce((sum, source) => sum + (source.drops[reason as DropReason] ?? 0), 0);
    if (count > 0)
      items.push({
        name: reason,
        level: 'warn',
        title,
        text: { zh: `拒收 ${count} 条`, en: `${count} refused` },
        remedy,
      });
  }
  const tokens = sources.reduce((sum, source) => sum + source.refusedTokens, 0);
  if (tokens > 0) {
    items.push({
      name: 'refused-token',
      level: 'warn',
      title: { zh: '令牌不对', en: 'Wrong token' },
      text: { zh: `拒绝 ${tokens} 次`, en: `${tokens} turned away` },
      remedy: { zh: '发送端要用数据文件夹 secrets.json 里的 ingestToken。', en: 'Senders need the ingestToken of secrets.json in the data folder.' },
    }); // prettier-ignore
  }
  return items;
}

function streamItems({ dropped, queueDropped }: HealthFacts): HealthItem[] {
  const items: HealthItem[] = [];
  const late = dropped.late ?? 0;
  if (late > 0) {
    items.push({
      name: 'late',
      level: 'warn',
      title: { zh: '来得太晚', en: 'Too late' },
      text: { zh: `${late} 条没赶上窗口`, en: `${late} came after their window had closed for good` },
      remedy: { zh: '核对本机与平台的时钟。', en: 'Compare the clocks of this machine and of the source.' },
    });
  }
  if (queueDropped > 0) {
    items.push({
      name: 'buffer-full',
      level: 'warn',
      title: { zh: '队列已满', en: 'Queue full' },
      text: { zh: `放弃 ${queueDropped} 条（进场、点赞先放弃，订单从不）`, en: `${queueDropped} given up (joins and likes first, orders never)` },
      remedy: { zh: '关掉占用处理器的程序，或减少数据源。', en: 'Close programs that take the processor, or switch off a source.' },
    }); // prettier-ignore
  }
  return items;
}

function sourceItems({ sources }: HealthFacts): HealthItem[] {
  return sources.flatMap(({ name, problem, trouble }): HealthItem[] =>
    problem === null
      ? []
      : [{ name: `source ${name}`, level: 'wrong', title: same(name), ...troubleWords(trouble, problem) }],
  );
}
