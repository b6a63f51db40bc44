import { useCallback, useState } from 'react';
import { copyText } from './copy.ts';

/** What was copied last, and whether that went well. */
export function useCopy() {
  const [last, setLast] = useState<{ readonly text: string; readonly done: boolean } | null>(null);
  const copy = useCallback((text: string) => void copyText(text).then((done) => setLast({ text, done })), []);
  return { last, copy };
}
