/**
 * What stands around "3号" decides whether it is the third link or something else with a number: a date (3号发货),
 * a place (3号楼), a size of battery. Chinese is simplified and normalised here.
 */

/** Things that are numbered with 号 and are no product; `(?!…)` are words that only begin alike (机洗, 门店). */
const NUMBERED_THING =
  /^(?:楼|线|门(?!店|襟)|仓|店(?!铺|家)|字(?!母|样)|色(?!差|牢|彩)|电池|机(?!洗|身|器|票)|房|桌(?!布|子|垫)|座(?!椅|垫|套)|馆|站|厅|坑|台风|出口|号?码(?!数|表|偏)|主播|助播|助理|粉丝|选手|玩家|嘉宾|队|位|麦|难求|[(])/;

/** A day, as certain as it gets: 3号晚上, 3号那天, 3号周一. */
const DAY_PART =
  /^(?:早(?!就|晚|拍|买|想|点|已)|晚(?!点)|上午|下午|中午|凌晨|那天|当天|周|星期|礼拜|左右(?!声|脚|手|两|都|不|对)|起(?!球|毛|皮|静|泡|作用))/;

/** What is done on a day: sent, arriving, on sale, a birthday. */
const ON_A_DAY =
  /^(?:开始|开售|开播|开抢|开卖|截止|结束|过期|过(?:生日|年|节)|生日|出发|放假|上班|开学|考试|见面|回(?:来|家|去)|去(?!毛|污|味|油)|来(?!一?[件个双条套份瓶盒支]|[两俩几]|了?吗$)|取(?!下|出|暖)|寄|收|到(?!手|底|账|货(?:了|没|通|提|叫|喊|后)|脚|膝|腰)|就?能?到(?!手|底|货|脚|膝|腰|小腿|大腿|几|多)|就?能?送(?:到|达|货|来|过来|出|件|吗?$)|就?能?发(?!一?下?链接|个|红|福|券|热|黄|霉|光|胶|白)|下的|下单的|(?:我|才|刚|就)?(?:买|拍|付|订)的|才(?:下单|买|拍|付))/;

const MY_DAY =
  /^我?(?:的|要|就要)?(?:生日|婚礼|结婚|出差|考试|搬家|回(?:家|去)|去(?!年)|放假|下的|下单的|买的|拍的|付的|收到|才)/;

/** 之前, 以后: a day when something is sent or ends by then, else words about the product (3号以前买过). */
const BEFORE_OR_AFTER = /^(?:[之以]?[前后](?!面|后|天|片|背|幅|排|盖|盘)|以内)/;
const BY_THEN = /发|到|收|寄|送|下单|付款|有效|截止|结束|开|来得及|行不|可以吗/;

const NOT_YET = /^下单.*(?:还没|没到|没发|没收|没动|几天|一直|现在)/;
/** 10号中秋能收到吗; but 3号什么时候能发货 asks when. */
const ARRIVES = /^(?!.{0,4}(?:什么时候|几|多久|哪天|啥时)).{0,4}能(?:收到|到货|发货|送到|寄到)/;
const OF_AN_ORDER = /^的(?:快递|订单|单子?|包裹|票|活动|直播|车|物流|场)/;

/** True when `N号`, followed by `after`, is a date, a place or a numbered thing, and no link of the list. */
export function isNoLinkAfter(after: string): boolean {
  const rest = after.trimStart();
  if (BEFORE_OR_AFTER.test(rest)) return BY_THEN.test(rest) || /^[之以]?[前后]内?$/.test(rest);
  return [NUMBERED_THING, DAY_PART, ON_A_DAY, MY_DAY, NOT_YET, ARRIVES, OF_AN_ORDER].some((form) => form.test(rest));
}

/** True when what stands before a number makes `N号` another thing: 1月3号, 型号3号, 尾号3号, 今天3号. */
export function isNoLinkBefore(before: string, after: string): boolean {
  if (/(?:[月大小型编单符账帐.]|型号|色号|房号|单号|尾号|周[一二三四五六日]) ?$/.test(before)) return true;
  const today = /(?:今天|明天|昨天|后天|今儿|明儿)(?:是|才|都|已经|就是)? ?$/.test(before);
  return today && /^ ?(?:了|吧|呀|啊|嘛|,|，|。|!|$)/.test(after);
}

/** 1 is also praise: the number 1 seller, you are number one, 我们家no.1. */
export function isPraise(before: string, after: string): boolean {
  if (/^ ?(?:fan|choice|brand|seller|best|in (?!black|white|red|blue|green|pink|size|stock|[smlx]+\b)|of\b|for (?:me|us|ever)|product in|rated|show|host|streamer|tip|rule|reason|spot|place|priority|goal|hit|worldwide|girl|boy|most|thing)/.test(after)) return true; // prettier-ignore
  if (/^[ !~。！]*$/.test(after) && /[^ ]/.test(before) && !/(?:link|show|pin|want|need|take|get|price|of|讲|看|试|要|拍|上) ?$/.test(before)) return true; // prettier-ignore
  return /(?:^|\b)(?:you(?:'re| are|re)|u r|ur|(?:is|are|be|always|still) (?:my|the|our)|my|always|top|world'?s) $/.test(before); // prettier-ignore
}
