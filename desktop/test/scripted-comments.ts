/** Comments of the scripted room: what people write in a clothes and kitchen show, with what the models made of it. */
import { Catalogue } from '@livecue/shared/contract';
import type { Intent, Prediction } from '@livecue/shared/insight';
import { createCommentDesk, type CommentDesk, type COMMENTS_KEPT } from '../../edge-agent/src/assembly/comment-desk.ts';
import { commentEvent, memoryCorrections, predictionOf } from '../../edge-agent/src/assembly/comment-fixture.ts';

export const SESSION = 1;

type Line = readonly [text: string, viewer: string, intent: Intent, product: string | null, part?: Partial<Prediction>];
const LINES: readonly Line[] = [
  ['来了来了', '小鹿', 'chat_other', null, { sentiment: 'positive' }],
  ['165 穿什么码', 'momo', 'size_spec', 'p3'],
  ['3号多少钱', '阿杰', 'price', 'p3'],
  ['怎么还没发货，都5天了', '陈陈', 'complaint', null, { sentiment: 'negative' }],
  ['有没有大一点的杯子', '海风', 'size_spec', 'p5'],
  ['加V看福利，私我领券', '福利官', 'spam_ad', null, { spam: true }],
  ['扣1领红包 +Q 3301', '666号', 'spam_ad', null, { spam: true }],
  ['主播是不是傻', '路人', 'complaint', null, { offensive: true, sentiment: 'negative' }],
  ['does the linen shirt shrink?', 'Maya', 'product_question', 'p3'],
  ['榨汁机什么时候补货', '橙子', 'stock', 'p7'],
  ['讲一下5号', '阿May', 'host_request', 'p5'],
  ['太好看了吧这个颜色', '一一', 'praise', 'p3', { sentiment: 'positive' }],
  ['拍了拍了', '大刘', 'purchase_signal', 'p2', { sentiment: 'positive' }],
  ['能退吗，有运费险吗', '静静', 'return_warranty', null],
  ['how much is #5', 'Tom', 'price', 'p5'],
  ['新疆能到吗', '阿依', 'shipping', null],
];

export interface ScriptedComments {
  readonly desk: CommentDesk;
  readonly corrections: ReturnType<typeof memoryCorrections>;
  /** Puts `count` more comments in, `apartMs` apart up to now, their texts numbered from `numbered` on when it is given. */
  say(count: number, numbered?: number, apartMs?: number): void;
  write(text: string, part?: Partial<Prediction>, viewer?: string, commentId?: string): void;
}

export function createScriptedComments(
  nowMs: () => number,
  kept?: typeof COMMENTS_KEPT,
  session = SESSION,
): ScriptedComments {
  const corrections = memoryCorrections();
  const catalogue = Catalogue.parse({
    products: ['p1', 'p2', 'p3', 'p5', 'p7'].map((id) => ({
      productId: id,
      linkNumber: Number(id[1]),
      name: { zh: id, en: id },
    })),
  });
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: (text: string) => console.error(text) };
  const desk = createCommentDesk({ corrections, nowMs, logger }, { catalogue, session, ...(kept === undefined ? {} : { kept }) }); // prettier-ignore
  let said = 0;
  const put = (text: string, viewer: string, prediction: Prediction, commentId = `c${said + 1}`, agoMs = 0) => {
    said += 1;
    const event = commentEvent(said, { text, identifier: commentId, author: { identifier: viewer, name: viewer } });
    desk.event({ ...event, eventTimeMs: nowMs() - agoMs }, prediction);
  };
  return {
    desk,
    corrections,
    say(count, numbered, apartMs = 0) {
      for (let i = 0; i < count; i++) {
        const [text, viewer, intent, product, part] = LINES[said % LINES.length]!;
        const products = product === null ? [] : [{ productId: product, score: 0.97 }];
        put(
          numbered === undefined ? text : `${text} ${numbered + i}`,
          viewer,
          predictionOf(intent, { products, ...part }),
          undefined,
          (count - 1 - i) * apartMs,
        );
      }
    },
    write: (text, part = {}, viewer = '小鹿', commentId) => put(text, viewer, predictionOf(part.intent ?? 'chat_other', part), commentId), // prettier-ignore
  };
}
