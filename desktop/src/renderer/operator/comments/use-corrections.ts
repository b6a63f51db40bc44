import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommentRow, CorrectedLabels, GivenLabels } from '@livecue/shared/contract';
import type { CommentFeed } from './comment-feed.ts';
import type { ProductName } from './comment-row.tsx';
import type { Said } from './comment-strip.tsx';
import { shownLabels } from './folds.ts';
import { wordsOf } from '../../parts/error-words.ts';

/** Labels in words: 尺码 3号 垃圾. */
function useLabelWords(nameOf: ProductName): (labels: GivenLabels | CorrectedLabels) => string {
  const { t } = useTranslation();
  return useCallback(
    ({ intent, productIds, offensive, spam }) =>
      [
        intent === null ? t('comments.unread') : t(`intent.${intent}`),
        ...productIds.map(nameOf),
        ...(offensive === true ? [t('comments.mark.offensive')] : []),
        ...(spam === true ? [t('comments.mark.spam')] : []),
      ].join(' '),
    [t, nameOf],
  );
}

/** Corrections as they are sent, and in words what became of the last one. */
export function useCorrections(feed: CommentFeed, nameOf: ProductName) {
  const { t } = useTranslation();
  const inWords = useLabelWords(nameOf);
  const [said, setSaid] = useState<Said | null>(null);
  const failed = useCallback(
    (error: unknown) => {
      const why = wordsOf(error);
      setSaid({ wrong: true, text: t('comments.notSaved', { why }) });
    },
    [t],
  );

  const correct = useCallback(
    (row: CommentRow, labels: CorrectedLabels) => {
      const [from, to] = [inWords(shownLabels(row)), inWords(labels)];
      feed.correct(row, labels).then(() => setSaid({ wrong: false, text: t('comments.saved', { from, to }) }), failed);
    },
    [feed, failed, inWords, t],
  );

  const undo = useCallback(() => {
    feed.undo().then((row) => {
      const text = row === null ? t('comments.nothingToUndo') : t('comments.undone', { to: inWords(shownLabels(row)) });
      setSaid({ wrong: false, text });
    }, failed);
  }, [feed, failed, inWords, t]);

  return { said, correct, undo };
}
