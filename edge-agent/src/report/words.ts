import type { Intent, RoomAnomalyKind } from '@livecue/shared/insight';
import type { PromptOutcome, RuleName, SuppressReason, Words } from '@livecue/shared/prompt';

const words = (zh: string, en: string): Words => ({ zh, en });

export const RULE_WORDS: Readonly<Record<RuleName, Words>> = {
  'counted-questions': words('集中提问', 'Counted questions'),
  'interest-surge': words('关注上升', 'Interest surge'),
  'past-peak': words('讲解过峰', 'Past its peak'),
  'stock-out': words('即将售罄', 'Stock-out ahead'),
  'order-anomaly': words('异常订单', 'Odd orders'),
  'feed-stale': words('数据暂停', 'Data paused'),
  'bot-burst': words('刷量', 'Bot burst'),
  'payment-outage': words('支付异常', 'Payments stopped'),
  'viewer-drop': words('人数骤降', 'Viewers lost'),
  'complaint-cluster': words('集中投诉', 'Complaints'),
  'praise-burst': words('集中好评', 'Praise'),
  'buy-signals': words('想买的多', 'Buy signals'),
  'patron-question': words('老客提问', "Patron's question"),
  'offer-ending': words('优惠将止', 'Offer ending'),
  'operator-message': words('导播留言', "Operator's message"),
};

export const INTENT_WORDS: Readonly<Record<Intent, Words>> = {
  spam_ad: words('广告', 'Spam'),
  complaint: words('投诉', 'Complaint'),
  return_warranty: words('退换', 'Returns'),
  shipping: words('发货', 'Shipping'),
  order_payment: words('订单', 'Order'),
  price: words('价格', 'Price'),
  discount_gift: words('优惠', 'Discount'),
  stock: words('库存', 'Stock'),
  size_spec: words('尺码', 'Size'),
  host_request: words('求讲解', 'Show it'),
  product_question: words('问产品', 'About it'),
  purchase_signal: words('想买', 'Wants it'),
  praise: words('夸', 'Praise'),
  chat_other: words('闲聊', 'Chat'),
};

export const OUTCOME_WORDS: Readonly<Record<PromptOutcome, Words>> = {
  done: words('照做', 'acted on'),
  snoozed: words('稍后', 'snoozed'),
  muted: words('静音', 'muted'),
  withdrawn: words('撤回', 'withdrawn'),
  expired: words('过期', 'expired'),
  vetoed: words('否决', 'vetoed'),
};

export const SUPPRESS_WORDS: Readonly<Record<SuppressReason, Words>> = {
  'rate-limit': words('次数已满', 'too many'),
  'act-now-limit': words('紧急已满', 'too many act-now'),
  repeat: words('重复', 'repeat'),
  chatter: words('抖动', 'chatter'),
  muted: words('已静音', 'muted'),
  snoozed: words('稍后', 'snoozed'),
  'stale-feed': words('数据暂停', 'feed stale'),
  'sold-out': words('已售罄', 'sold out'),
  'too-soon': words('间隔太短', 'too soon'),
  'do-not-disturb': words('勿扰', 'do not disturb'),
  'switched-off': words('已关闭', 'switched off'),
  vetoed: words('已否决', 'vetoed'),
  'operator-only': words('只给场控', 'operator only'),
};

export const ANOMALY_WORDS: Readonly<Record<RoomAnomalyKind, Words>> = {
  'bot-burst': words('刷量', 'Bot burst'),
  'viewer-drop': words('人数骤降', 'Viewers lost'),
  'payment-outage': words('支付异常', 'Payments stopped'),
  'feed-gap': words('数据中断', 'Feed gap'),
};

export const WHY_WORDS = {
  'room-ended': words('直播间已关闭', 'the room ended'),
  silence: words('半小时无动静', 'half an hour of silence'),
  'next-show': words('下一场开始', 'the next show began'),
  'end-of-recording': words('录像结束', 'the recording ended'),
  running: words('报告生成时仍在直播', 'still running when this was made'),
} as const;

export const MODE_WORDS = {
  live: words('直播', 'Live'),
  simulated: words('模拟，非真实直播', 'Simulated, not live'),
  replay: words('回放，非实时', 'Replay, not live'),
} as const;

export const OFFER_WORDS = {
  flash: words('限时价', 'Flash price'),
  coupon: words('优惠券', 'Coupon'),
  bundle: words('套装', 'Bundle'),
  none: words('优惠', 'Offer'),
  started: words('开始', 'started'),
  changed: words('改价', 'changed'),
  ended: words('结束', 'ended'),
} as const;

/** What a panel may be told to do; a verb without words stands as it is. */
export const ACTION_WORDS: Readonly<Record<string, Words>> = {
  'prompt.done': words('提示：已照做', 'Cue: done'),
  'prompt.snooze': words('提示：稍后', 'Cue: snoozed'),
  'prompt.mute': words('提示：静音', 'Cue: muted'),
  'prompt.veto': words('提示：否决', 'Cue: vetoed'),
  'prompt.show': words('把排队的提示推给主持人', 'Queued cue sent to the host'),
  'cues.control': words('勿扰 / 总开关', 'Hold / kill switch'),
  'message.send': words('给主持人留言', 'Message to the host'),
  'message.clear': words('清除留言', 'Message cleared'),
  'offer.propose': words('提议优惠', 'Offer proposed'),
  'answers.close': words('回答了提问', 'Question answered'),
  'action.pin': words('上屏：商品', 'On stream: product'),
  'action.explain': words('上屏：讲解', 'On stream: explained'),
  'action.offer': words('上屏：优惠倒计时', 'On stream: offer countdown'),
  'action.message': words('上屏：留言或回答', 'On stream: message or answer'),
  'action.clip': words('OBS：保存片段', 'OBS: clip saved'),
  'action.chapter': words('OBS：章节标记', 'OBS: chapter marked'),
  'action.text': words('OBS：改文字', 'OBS: text set'),
  'action.file': words('OBS：换文件', 'OBS: file set'),
  'action.page': words('OBS：叠加页', 'OBS: overlay page set'),
  'action.show': words('OBS：显示或隐藏', 'OBS: shown or hidden'),
  'action.media': words('OBS：播放', 'OBS: played'),
  'action.filter': words('OBS：滤镜', 'OBS: filter switched'),
  'action.undo': words('撤销', 'Taken back'),
};
