import { troubleWords, type Trouble } from '@livecue/shared/contract';
import { useUnits } from '../words/units.ts';

/** What is wrong and what to do, in the language of the panel. The agent's own sentence, with all details, is one hover away. */
export function TroubleText({ trouble, problem }: { trouble: Trouble | undefined; problem: string }) {
  const units = useUnits();
  const { text, remedy } = troubleWords(trouble, problem);
  return (
    <p className="remedy" title={problem}>
      {units.words(text)}
      {remedy === null ? null : (
        <>
          {units.language === 'zh' ? '。' : '. '}
          {units.words(remedy)}
        </>
      )}
    </p>
  );
}
