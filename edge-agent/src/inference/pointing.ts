/**
 * Words that point at the product on air: 这个, 这款, 它, this one, is it. They say nothing alone; the linker uses
 * them when it knows what is on air. 这个主播 and "it is raining" point elsewhere.
 */
const THIS_ZH =
  /这(?:一)?(?:个|款|件|条|双|支|只|瓶|盒|盘|套|把|口|台|罐|袋|块|顶|副|张|根|颗|组|包)(?:儿)?(?!(?:主播|直播|主持|小?姐|妹|哥|弟|男|女|帅|人|老板|助|家|店|房间|点|时|月|周|星期|礼拜|天|年|夏|冬|季节|节日|妆|发|头|脸|歌|音|曲|bgm|游戏|世界|问题|话|意思|活动|券|平台|软件|app|镜头|灯|背景|声|网|信号|画面|手机|节目|视频|频道|弹幕|评论|粉丝|福袋|红包|速度|态度|语气|梗|表情|动作|操作|说法|事|地方|城市|国家|号主|名字|id|头像))/;
const OTHER_ZH = /(?<![其吉])它(?!们)/;
const THING_ZH = /这(?:料子|面料|颜色|质量|材质|版型|裙|裤|鞋|衣服|包|杯|锅|口红|味道|尺码|价格)/;

const THIS_EN =
  /\bthis(?: one)?(?! (?:stream|song|music|host|lady|girl|guy|man|woman|person|week|weekend|month|year|time|morning|afternoon|evening|night|chat|live|show|game|video|channel|room|place|country|city|weather|app|is (?:so |such |very )?(?:fun|boring|great|crazy|cool|funny|insane|sick)))/;
const IT_ASKED =
  /\b(?:is|does|do|can|will|would|has|did) it(?! (?:rain|snow|late|early|(?:cold|hot|warm|sunny|dark)(?! enough)|monday|tuesday|wednesday|thursday|friday|saturday|sunday|christmas|true|real\b|live|over|me|possible|time|ok if|okay if|just me))/;
const IT_WANTED =
  /\b(?:want|need|buy|buying|bought|get|getting|got|order|ordered|ordering|love|like|loving|take|wear|wash|use|used|return|try|tried|show) it(?! (?:here|when|how|that|there))\b/;

/** True when normalised, simplified `text` points at what is on air. */
export function pointsAtExplained(text: string): boolean {
  if (/[这它]/.test(text)) return THIS_ZH.test(text) || THING_ZH.test(text) || OTHER_ZH.test(text);
  return /\bthis\b|\bit\b/.test(text) && (THIS_EN.test(text) || IT_ASKED.test(text) || IT_WANTED.test(text));
}
