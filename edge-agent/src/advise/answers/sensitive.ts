import { normalise, simplify } from '@livecue/shared/text';
import type { HumanReason } from './decision.ts';
import { MAX_QUESTION_UNITS } from './terms.ts';

/** Read in order; the first that is found says why. On normalised, simplified text. */
const PATTERNS: readonly (readonly [HumanReason, RegExp])[] = [
  ['legal', /律师|起诉|告你|法院|法律|违法|犯法|犯罪|工商|消协|12315|举报|维权|报警|警察|市监|侵权|仲裁|\b(?:lawyer|attorney|sue|suing|lawsuit|legal|illegal|court|police|fraud charges?|trading standards|consumer protection|small claims|report you)\b/],
  ['abuse', /傻[逼比叉屄x]|煞笔|沙比|智障|脑残|去死|妈的|他妈|你妈|尼玛|草泥马|滚蛋|滚吧|废物|垃圾(?:店|主播|公司|商家|玩意)|贱人|婊|骗子|王八|狗东西|不要脸|\b(?:fuck\w*|shit\w*|bitch\w*|asshole|bastard|idiots?|morons?|stupid|scumbags?|scammers?|dumb(?:ass)?|crooks|piece of crap|go to hell|shut up)\b/],
  ['medical', /孕|哺乳|喂奶|备孕|月子|过敏|湿疹|皮炎|荨麻|痛风|糖尿|高血[压糖脂]|血压|血糖|癌|肿瘤|心脏|肝|肾|胃[病炎痛]|甲状腺|结节|哮喘|鼻炎|抑郁|失眠|术后|手术|化疗|医生|医院|处方|药|疗效|治(?!安)|疾病|病(?!毒营销)|副作用|中毒|发炎|烂脸|红肿|起疹|头晕|拉肚子|瘦身效果|减肥|\b(?:pregnan\w*|breast ?feed\w*|nursing mothers?|allerg\w*|eczema|psoriasis|rosacea|dermatitis|diabet\w*|blood pressure|cancer|asthma|heart (?:disease|condition|problem)|kidney|liver|thyroid|depress\w*|insomnia|medica\w*|medicines?|doctors?|prescription|hospital|cures?|diseases?|illness|symptoms?|side effects?|rash(?:es)?|hives|swelling|swollen|chemo\w*|surgery|pacemaker|blood thinners?|infection|epilep\w*|migraines?|lose weight|weight loss)\b/],
  ['refund', /退款|退钱|还钱|退我钱|钱退|退一?赔|赔偿|赔付|赔我|赔钱|假一赔|补偿|退差价|仅退|给我退|帮我退|我要退|要求退|申请退|怎么还没退|\b(?:refund\w*|money ?back|reimburs\w*|charge ?back|compensat\w*|want my money|return my money|dispute)\b/],
  ['complaint', /投诉|差评|坏了|坏的|破了|破的|烂的|烂了|裂了|碎了|漏了|掉色了|起球了|缩水了|褪色了|发错|少发|漏发|寄错|没收到|收不到|还没到|还没收|还没发|还不发|怎么不发|没人理|不理人|不回复|骗人|骗我|忽悠|上当|太差|质量差|好差|失望|气死|无语|坑人|坑我|不发货|假货吧|货不对板|跟图片不一样|有问题|用不了|不能用|打不开|充不进|\b(?:complain\w*|broken|broke|defective|damaged|faulty|cracked|shattered|leaked|leaking|ripped|torn|never (?:arrived|came|received|got|shipped)|still (?:haven.?t|havent|not|waiting|no)|not (?:received|arrived|working)|has ?n.?t (?:arrived|come|shipped)|haven.?t received|wrong (?:item|size|colou?r|product|order)|missing (?:item|part|piece)s?|does ?n.?t work|doesnt work|stopped working|ripped off|rip ?off|scam\w*|terrible|awful|worst|horrible|disappoint\w*|unacceptable|disgusting|false advertising|no one (?:answers|replies|responds)|nobody (?:answers|replies|responds)|fell apart)\b/],
]; // prettier-ignore

/** A wish to send something back, which the operator may answer and the agent never does by itself. */
const RETURN =
  /退货|退换|退回|能退|可退|包退|退吗|无理由|换货|\b(?:returns?|returning|returnable|send (?:it|them|this) back|exchanges?)\b/;

/** Why these words are for a person, whatever the facts say; null: nothing in them says so. */
export function sensitiveReason(text: string): HumanReason | null {
  const plain = plainOf(text);
  return PATTERNS.find(([, pattern]) => pattern.test(plain))?.[0] ?? null;
}

export function speaksOfReturn(text: string): boolean {
  return RETURN.test(plainOf(text));
}

function plainOf(text: string): string {
  const plain = simplify(normalise(text.slice(0, MAX_QUESTION_UNITS)));
  return plain.replaceAll('’', "'");
}
