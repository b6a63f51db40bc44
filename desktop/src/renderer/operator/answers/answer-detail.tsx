import { useTranslation } from 'react-i18next';
import type { AnswerRow } from '@livecue/shared/contract';
import { Check, Copy, MonitorPlay, X } from 'lucide-react';
import type { Language } from '../../words/i18n.ts';
import { useUnits } from '../../words/units.ts';
import type { AnswerEnd } from './use-answers.ts';

/** Copied, refused, or not yet tried, of one text. */
export type CopyState = { readonly text: string; readonly done: boolean } | null;

const LANGUAGES: readonly Language[] = ['zh', 'en'];

function FactLine({ words, language, copied, onCopy }: { words: string; language: Language; copied: CopyState; onCopy: (text: string) => void }) {
  const { t } = useTranslation();
  const isCopied = copied?.text === words && copied.done;
  return (
    <div className="fact-line" lang={language === 'zh' ? 'zh-CN' : 'en'}>
      <span className="fact-words">{words}</span>
      <button type="button" className="button small" onClick={() => onCopy(words)} title={t('answers.copyLanguage', { language: t(`answers.language.${language}`) })}>
        <Copy size={12} aria-hidden="true" /> {isCopied ? t('answers.copied') : t(`answers.language.${language}`)}
      </button>
    </div>
  );
} // prettier-ignore

/** The chosen question in full, why it waits, and the facts as they would be said, in both languages. */
export function AnswerDetail(props: {
  row: AnswerRow;
  copied: CopyState;
  onCopy: (text: string) => void;
  onClose: (row: AnswerRow, end: AnswerEnd) => void;
  onStream: (answerId: string) => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { row } = props;
  // The language of the panel first: that is the one C copies.
  const languages = LANGUAGES.toSorted((a, b) => Number(b === units.language) - Number(a === units.language));
  return (
    <div className="answer-detail" data-chosen={row.answerId}>
      <div className="answer-full">
        {row.question === '' ? <span className="dim">{t('answers.removed')}</span> : <bdi>{row.question}</bdi>}
      </div>
      <p className="small dim">
        {row.reason === null ? t(`answers.about.${row.decision === 'human' ? 'offer' : row.decision}`) : t(`answers.reason.${row.reason}`)}{' '}
        {row.facts.length === 0 ? null : t('answers.confidence', { n: `${Math.round(row.confidence * 100)} %` })}
      </p>
      <div className="answer-facts">
        {row.facts.length === 0 ? <p className="small dim">{t('answers.noFact')}</p> : null}
        {row.facts.map(({ factId, words }) => (
          <div className="answer-fact" key={factId}>
            {languages
              .filter((language, i) => words[language] !== '' && (i === 0 || words.zh !== words.en))
              .map((language) => (
                <FactLine key={language} words={words[language]} language={language} copied={props.copied} onCopy={props.onCopy} />
              ))}
          </div>
        ))}
      </div>
      {props.copied?.done === false ? <p className="small wrong-text" role="alert">{t('answers.notCopied')}</p> : null}
      <div className="actions">
        <button type="button" className="button small" onClick={() => props.onClose(row, 'given')}>
          <Check size={12} aria-hidden="true" /> {t('answers.given')} <kbd>A</kbd>
        </button>
        <button type="button" className="button small" onClick={() => props.onClose(row, 'aside')}>
          <X size={12} aria-hidden="true" /> {t('answers.aside')} <kbd>X</kbd>
        </button>
        {row.facts.length === 0 ? null : (
          <button type="button" className="button small" onClick={() => props.onStream(row.answerId)}>
            <MonitorPlay size={12} aria-hidden="true" /> {t('actions.onStream')}
          </button>
        )}
      </div>
    </div>
  );
} // prettier-ignore
