import type { PackedStep, StepWrite } from './store-protocol.ts';

export function packStep({ put, outbox, ...step }: StepWrite): PackedStep {
  const texts: string[] = [];
  for (const [key, value] of put) texts.push(key, value);
  for (const body of outbox) texts.push(body);
  const lengths = Uint32Array.from(texts, ({ length }) => length);
  return { ...step, text: texts.join(''), lengths, entries: put.length };
}

/** Reverses `packStep`. */
export function unpackStep({ text, lengths, entries, ...step }: PackedStep): StepWrite {
  let at = 0;
  let index = 0;
  const next = () => text.slice(at, (at += lengths[index++]!));
  const put = Array.from({ length: entries }, () => [next(), next()] as const);
  const outbox = Array.from({ length: lengths.length - 2 * entries }, next);
  return { ...step, put, outbox };
}
