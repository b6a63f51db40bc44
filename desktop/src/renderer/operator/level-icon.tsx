import { CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react';

export type Level = 'ok' | 'warn' | 'wrong' | 'off';

const ICONS = { ok: CircleCheck, warn: TriangleAlert, wrong: TriangleAlert, off: CircleDashed } as const;

/** Shape and colour of a state; the word stands beside it. */
export function LevelIcon({ level, size = 16 }: { level: Level; size?: number }) {
  const Icon = ICONS[level];
  return <Icon aria-hidden="true" className={`level ${level}`} size={size} />;
}
