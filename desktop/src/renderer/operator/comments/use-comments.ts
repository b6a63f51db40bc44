import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { CommentFilter } from '@livecue/shared/contract';
import { usePanel } from '../../live/use-live.tsx';
import { createCommentFeed, type CommentFeed, type CommentView } from './comment-feed.ts';

/** Five batches a second: a reader sees no difference, and a phone can draw it. */
const POLL_MS = 200;
/** Between the last letter of a search and the question to the agent. */
const TYPING_MS = 250;

/** The feed of this page, asked regularly while the page can be seen. */
export function useComments(filter: CommentFilter): { feed: CommentFeed; view: CommentView } {
  const { client } = usePanel();
  const feed = useMemo(() => createCommentFeed(client), [client]);
  const view = useSyncExternalStore(feed.subscribe, feed.read);
  const refused = view.problem?.code === 'forbidden';
  const { intent, productId, mark, text } = filter;

  useEffect(() => {
    const timer = setTimeout(() => feed.filter({ intent, productId, mark, text: text.trim() }), text === '' ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [feed, intent, productId, mark, text]); // prettier-ignore

  useEffect(() => {
    if (refused) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void feed.poll();
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [feed, refused]);

  return { feed, view };
}
