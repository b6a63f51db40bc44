import { LabelledOrder } from '@livecue/shared/contract';
import { InputError } from '../runtime/agent-error.ts';
import { readLines } from './line-files.ts';

/** Verdicts as `livecue order-labels` writes them. Throws `InputError` for a line that is none: a verdict that is lost would be felt later. */
export async function readVerdicts(file: string): Promise<LabelledOrder[]> {
  const verdicts: LabelledOrder[] = [];
  for await (const { number, text } of readLines(file)) {
    if (text.trim() === '') continue;
    const parsed = LabelledOrder.safeParse(jsonOf(text));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new InputError(`Reading ${file}:${number}: ${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'not valid'}. Give a file that livecue order-labels wrote.`); // prettier-ignore
    }
    verdicts.push(parsed.data);
  }
  return verdicts;
}

/** The value, or undefined for what is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
