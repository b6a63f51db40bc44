import { useTranslation } from 'react-i18next';
import { ArrowUp, Keyboard, Pause, Play } from 'lucide-react';
import { useUnits } from '../../words/units.ts';
import type { CommentView } from './comment-feed.ts';

/** What waits, whether the list is held, and its buttons; in a fixed place, so that no row moves for it. */
export function HeadButtons(props: { view: CommentView; paused: boolean; held: boolean; onPause: () => void; onResume: () => void; onHelp: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const Icon = props.paused ? Play : Pause;
  return (
    <span className="comment-head">
      {props.view.waiting > 0 ? (
        <button type="button" className="button small fresh" onClick={props.onResume}>
          <ArrowUp size={12} aria-hidden="true" /> {t('comments.fresh', { n: units.count(props.view.waiting) })}
        </button>
      ) : null}
      <span className="dim small held">{props.held ? t('comments.held') : ''}</span>
      <button type="button" className="button small" aria-pressed={props.paused} onClick={props.onPause}>
        <Icon size={12} aria-hidden="true" /> {t(props.paused ? 'comments.go' : 'comments.pause')} <kbd>P</kbd>
      </button>
      <button type="button" className="button small" onClick={props.onHelp}>
        <Keyboard size={12} aria-hidden="true" /> {t('keys.short')} <kbd>?</kbd>
      </button>
    </span>
  );
} // prettier-ignore
