import type { Intent } from '@livecue/shared/insight';
import { stem } from './stem.ts';

/**
 * Words of selling that mean the same, in both languages, written by hand: a question and a fact that share a
 * row share one more term. English words stand for all their forms; a phrase of two or three is joined by spaces.
 */
const ROWS: Readonly<Record<string, string>> = {
  price: '多少钱|价格|价钱|售价|什么价|啥价|几块|几元|几米|怎么卖|咋卖|卖多少|贵不贵|标价|单价|报价|price|cost|how much|pricing|expensive|fee|charge',
  size: '尺码|尺寸|码数|大小|多大|几码|什么码|啥码|哪个码|选码|偏大|偏小|正码|合身|均码|大码|小码|size|sizing|fit|measurement|run small|run large|true to size',
  body: '多高|多少斤|公斤|lbs|kilo|身高|体重|公分|斤|公斤|cm|kg|height|weigh|weight|tall|lb',
  length: '长度|多长|衣长|裤长|裙长|length|how long is',
  dimension: '宽|高度|厚度|直径|规格|长宽高|多宽|多高|几寸|尺寸|dimension|wide|width|height|thick|diameter|inch',
  capacity: '容量|毫升|多少升|几升|装多少|ml|升|容积|capacity|litre|liter|volume|hold',
  weightof: '净含量|净重|多重|克重|重量|几克|多少克|克|weight|heavy|gram|weigh',
  count: '几个|几包|几片|几瓶|几支|多少个|多少片|多少包|一盒|一箱|一袋|数量|几双|几条|how many|piece|pack|quantity',
  colour: '颜色|色号|什么色|几种颜色|配色|黑色|白色|红色|蓝色|绿色|粉色|灰色|米色|colour|color|shade|black|white|red|blue|pink|beige|green|grey|gray',
  material: '材质|面料|料子|什么料|布料|成分|纯棉|含棉|棉|亚麻|真丝|羊毛|聚酯|材料|什么做的|materi|material|fabric|made of|made from|cotton|linen|silk|wool|leather|polyester|composition',
  ingredient: '成分|配料|配方|添加剂|防腐剂|含糖|酒精|香精|ingredient|contain|additive|preservativ|formula|alcohol|fragranc|sugar',
  ship_time: '寄出|发出|今天能发|发货快|go out|leave the warehouse|get shipped|same day|hold up|什么时候发|多久发|几天发|何时发|啥时候发|今天发|当天发|现货|发货时间|发货|几号发|when ship|ship out|dispatch|processing time|when will you ship|when do you ship',
  deliver: 'got here|reach me|receive my|get my order|到货|收到|能收到|到得了|多久到|几天到|什么时候到|何时到|多久能到|几天能到|到货时间|送达|配送|送货|物流|时效|deliver|delivery|arriv|arrive|get here|how long',
  ship: '发货|快递|物流|运输|寄|配送|发|ship|courier|parcel|mail|post|delivery|deliver',
  courier: '什么快递|哪家快递|顺丰|中通|圆通|韵达|邮政|京东物流|发什么|courier|carrier|fedex|dhl|ups|usps|which company',
  freight: '邮钱|补运费|shipping fee|shipping charge|shipping charg|运费|邮费|包邮|免邮|快递费|ship cost|shipping cost|ship fee|free ship|postage|freight|delivery charg|delivery fee',
  region: 'outside|shipping to|ship to|any where|anywhere|新疆|西藏|港澳台|香港|台湾|国外|海外|偏远|偏远地区|加拿大|美国|欧洲|哪里发|international|abroad|oversea|canada|country|worldwid|europe|australia|uk|internationally|region',
  from: '哪里发货|从哪发|哪儿发|发货地|仓库|warehouse|ship from|located|locat|where are you',
  track: 'where is my|where is it|status of my|查|在哪了|order status|shipment|查物流|物流信息|单号|快递单|到哪了|跟踪|查快递|track|where is my order|status|tracking number',
  refund: '退款|退钱|退回|钱退|refund|money back|reimburs',
  return: 'send it back|sending back|30 day|7天|七天|退货|退换|能退|可以退|退吗|无理由|不合适|不喜欢|退|包退|return|send back|return policy|send it back',
  exchange: '换货|退换|换码|能换|可以换|调换|换一个|换个|换大|换小|exchang|exchange|swap|different size|chang size',
  freightinsurance: '运费险|退货运费|谁出运费|邮费谁出|return ship|pay for return|return postage|return label',
  warranty: '保修|质保|维修|售后|保多久|保几年|坏了|修|warranty|guarante|guarantee|repair|broken|defect|service',
  invoice: '发票|开票|专票|invoic|invoice|receipt|vat|tax',
  pay: 'apple pay|visa|mastercard|debit|debit card|付钱|怎么给钱|net banking|upi|wallet|付款|支付|怎么付|花呗|分期|微信支付|支付宝|货到付款|信用卡|pay|payment|paypal|credit card|card|klarna|instalment|installment|emi|cash on delivery|cod|apple pay|checkout',
  order: '下单|怎么买|怎么拍|购买|拍下|怎么下|哪里买|链接|order|buy|purchas|purchase|place',
  cancel: 'by mistake|cancell|cancellation|撤|取消|不要了|撤单|cancel|call off',
  address: '地址|改地址|收货地址|换地址|address',
  change: '修改|改|更改|更换|换|chang|change|modify|edit|updat|update|amend|switch',
  coupon: '优惠|优惠券|券|折扣|打折|便宜|满减|活动|减多少|促销|会员|积分|discount|coupon|promo|promo code|voucher|deal|sale|offer|cheaper|code|off',
  gift: '赠品|送什么|送吗|有送|礼物|抽奖|送不送|赠送|gift|free gift|freebi|giveaway|bonus',
  giftwrap: 'present|礼品|包起来|礼盒|包装|礼品袋|送礼|送人|贺卡|gift wrap|gift box|packag|packaging|wrap|gift bag|card',
  bundle: '套装|组合|一套|两件|几件|多买|bundl|bundle|set|kit|combo|together',
  stock: '有货|还有吗|库存|没货|补货|缺货|断码|售罄|卖完|现货|还剩|剩多少|上架|in stock|stock|available|availabl|sold out|restock|out of stock|back in stock|left|inventory',
  wash: '洗|机洗|手洗|水洗|缩水|掉色|褪色|起球|熨|干洗|怎么洗|清洗|清洁|保养|打理|wash|clean|machin wash|machine wash|shrink|fade|pill|iron|dry clean|laundry|dishwash|dishwasher|care',
  waterproof: '防水|防泼水|下雨|雨天|进水|waterproof|water resistant|rain|water proof|water',
  heat: 'temp|temperatur|temperature|degree|温度|几度|多少度|加热|微波炉|烤箱|耐热|高温|烫|热水|microwav|microwave|oven|heat|hot|boil|heatproof',
  keepwarm: '保温|保冷|保暖|暖和|厚不厚|厚吗|冬天|冷|warm|keep hot|keep cold|insulat|insulated|winter|cold',
  cool: '透气|凉快|夏天|热不热|闷|薄|breathabl|breathable|summer|cool|sweat',
  through: '透吗|透不透|透明|显胖|see through|transparent|sheer',
  stretch: '弹力|弹性|有弹|紧|松紧|stretch|elastic|tight|stretchy',
  season: '春秋|什么季节|夏季|冬季|四季|季节|season|summer|winter|spring|autumn|fall',
  shelflife: '保质期|生产日期|日期|过期|有效期|多久过期|能放多久|几个月|expir|expire|expiry|shelf life|best befor|best before|production date|how long does it last',
  store: '储存|保存|冷藏|冰箱|存放|怎么放|常温|store|storag|storage|refrigerat|refrigerate|fridg|fridge|keep',
  origin: '产地|哪里产|哪产|进口|国产|哪里生产|哪里的|哪国|厂家|made in|origin|imported|import|where is it made|manufactur',
  authentic: '正品|真货|真的假的|假货|授权|专柜|旗舰|保真|防伪|authentic|genuin|genuine|real|original|fake|official|counterfeit',
  brand: '牌子|品牌|什么牌|brand|maker|compani|company',
  use: '怎么用|用法|使用|用量|步骤|说明书|操作|安装|怎么装|教程|how to use|how do i use|instruct|instruction|install|assembl|assemble|manual|set up|setup|apply|use',
  eat: '怎么吃|吃法|口感|味道|好吃|甜|辣|咸|口味|几种口味|taste|flavour|flavor|sweet|spicy|eat|salty',
  cook: '怎么做|煮|蒸|煎|炒|烹饪|cook|recip|recipe|prepar|prepare|steam',
  who: '适合|谁用|什么人|几岁|年龄|男生|女生|男女|小孩|儿童|宝宝|老人|学生|suitabl|suitable|suit|age|kid|child|children|baby|men|women|unisex|old',
  skin: '肤质|油皮|干皮|混油|敏感|敏感肌|痘痘|皮肤|肤色|黄皮|skin|oily|dry|sensitiv|sensitive|acne|complexion|combination',
  power: '电池|续航|充电|充一次|待机|电量|用多久|插电|battery|charg|charge|power|hour|last|runtime|usb',
  voltage: '功率|电压|几瓦|多少瓦|瓦|伏|watt|wattag|voltag|voltage|volt|plug',
  noise: '吵不吵|响不响|noisy|noisi|decibel|db|nois cancel|noise cancelling|noise canceling|anc|降噪|声音|噪音|吵|静音|nois|noise|loud|quiet|silent',
  smell: '味道|气味|香味|异味|好闻|什么香|smell|scent|odour|odor|fragranc|perfum',
  compatible: '兼容|支持|适配|能连|苹果|安卓|手机|型号|compatibl|compatible|support|iphon|iphone|android|work with|bluetooth|model|connect',
  compare: '区别|对比|哪个好|不一样|和上|差别|推荐哪|differenc|difference|compar|compare|versus|vs|better|which one|recommend',
  contact: '客服|联系|电话|人工|热线|微信号|contact|phone|call|email|support|customer servic|customer service|reach|helplin|human|agent|representativ|representative|speak|talk',
  hours: '几点播|什么时候播|播到|next live|next show|live again|next stream|go live|timings|营业|几点|上班|下播|直播时间|开播|几点播|opening hour|hour|open|clos|work hour|timing|schedule|when live',
  wholesale: '批发|代理|大量|团购|企业|加盟|wholesal|wholesale|bulk|resell|reseller|corporat|franchis|franchise|dealer|distributor',
  account: 'profile|sign in|signin|username|user name|verify|otp|账号|账户|登录|密码|注册|会员|account|login|log in|password|sign up|sign in|regist|register|membership|profile',
  try: '试用|小样|试穿|样品|sampl|sample|trial|try|tester|demo',
  offline: 'where can i see|try it in person|in store|nearby|体验店|location|实体店|门店|线下|店在哪|retail|shop near|physical store|showroom|store|offlin|nearest',
  preorder: '预售|预订|定金|尾款|preorder|pre-order|pre order|deposit|reserv',
  lost: '丢了|少发|漏发|发错|没收到|缺件|破损|碎了|lost|missing|wrong item|damag|damaged|never arrived|not received|didnt receive',
  days: '几天|多久|多长时间|什么时候|何时|how long|how many day|when|day|business day|time',
  customs: '关税|海关|清关|custom|dut|duty|import tax',
  safe: '安全|有害|甲醛|毒|检测|认证|safe|safety|toxic|certif|certified|certification|bpa|tested|test',
  customise: '定制|刻字|定做|专属|engrav|engrave|custom made|personalis|personaliz|customis|customiz|monogram',
}; // prettier-ignore

/** What a fact filed under a topic answers, where it has no question of its own. */
export const TOPIC_CONCEPTS: Readonly<Partial<Record<Intent, readonly string[]>>> = {
  size_spec: ['size', 'body', 'colour', 'dimension', 'capacity', 'weightof', 'count'],
  price: ['price'],
  shipping: ['ship', 'ship_time', 'deliver', 'courier', 'freight', 'region', 'from'],
  product_question: ['material', 'ingredient', 'use', 'origin', 'authentic', 'shelflife', 'who'],
  return_warranty: ['return', 'exchange', 'warranty', 'refund', 'freightinsurance'],
  discount_gift: ['coupon', 'gift', 'bundle'],
  stock: ['stock', 'preorder'],
  order_payment: ['order', 'pay', 'invoice', 'address', 'cancel'],
};

export const LONGEST_HAN_PHRASE = 5;
export const LONGEST_WORD_PHRASE = 3;

/** Phrase → the rows it stands in. */
export const CONCEPTS: ReadonlyMap<string, readonly string[]> = conceptsOf(ROWS);

function conceptsOf(rows: Readonly<Record<string, string>>): Map<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [concept, phrases] of Object.entries(rows)) {
    const forms = phrases.split('|').flatMap((phrase) => [phrase, phrase.split(' ').map(stem).join(' ')]);
    for (const phrase of new Set(forms)) {
      const known = found.get(phrase);
      if (known === undefined) found.set(phrase, [concept]);
      else known.push(concept);
    }
  }
  return found;
}
