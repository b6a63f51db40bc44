import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommentRow, CorrectedLabels } from '@livecue/shared/contract';
import type { CommentFeed } from './comment-feed.ts';
import type { Said } from './comment-strip.tsx';
import { shownLabels } from './folds.ts';

/** Corrections as they are sent, and in words what became of the last one. */
export function useCorrections(feed: CommentFeed) {
  const { t } = useTranslation();
  const [said, setSaid] = useState<Said | null>(null);
  const failed = useCallback(
    (error: unknown) =>
      setSaid({ wrong: true, text: t('comments.notSaved', { why: error instanceof Error ? error.message : String(error) }) }),
    [t],
  ); // prettier-ignore

  const correct = useCallback(
    (row: CommentRow, labels: CorrectedLabels) => {
      const { intent } = shownLabels(row);
      const from = intent === null ? t('comments.unread') : t(`intent.${intent}`);
      feed
        .correct(row, labels)
        .then(
          () => setSaid({ wrong: false, text: t('comments.saved', { from, to: t(`intent.${labels.intent}`) }) }),
          failed,
        );
    },
    [feed, failed, t],
  );

  const undo = useCallback(() => {
    feed.undo().then((row) => {
      if (row === null) return setSaid({ wrong: false, text: t('comments.nothingToUndo') });
      const { intent } = shownLabels(row);
      setSaid({ wrong: false, text: t('comments.undone', { to: intent === null ? t('comments.unread') : t(`intent.${intent}`) }) });
    }, failed);
  }, [feed, failed, t]); // prettier-ignore

  return { said, correct, undo };
}
