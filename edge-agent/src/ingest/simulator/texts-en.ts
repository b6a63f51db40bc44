import type { IntentTexts, LanguageTexts } from './text-templates.ts';

/** English comments, written for the simulator by the label guide. Commonest first, slots as in the Chinese ones. */
const asked = (plain: readonly string[], named: readonly string[] = []): IntentTexts => ({
  plain,
  named: [...plain.map((text) => `{p} ${text}`), ...named],
});
const said = (plain: readonly string[], named: readonly string[] = []): IntentTexts => ({ plain, named });

const SPAM_AD = said([
  'check my channel for free coins', 'dm me for cheap copies', 'free gift cards link in bio', 'earn 300 a day text me', 'visit my profile for 90% off',
  'follow me i follow back', 'cheaper in my shop see bio', 'whatsapp me for wholesale', 'win a phone click my page', 'promo on my page guys',
]); // prettier-ignore

const COMPLAINT = said(
  [
    'scam, never arrived', 'mine came broken', 'customer service ignores me', 'still not shipped after 2 weeks', 'wrong color again', 'terrible quality',
    'no refund after a month', 'it fell apart after one wash', 'item missing from my box', 'not what you showed', 'never buying here again', 'it smells awful',
  ],
  ['my {p} came broken', '{p} never arrived', 'got the wrong {p}', '{p} faded after one wash'],
); // prettier-ignore

const RETURN_WARRANTY = said(
  ['can i return it', 'return policy?', 'can i exchange the size', 'how do refunds work', 'is there a warranty', 'who pays return shipping', 'how many days to return', 'can i send it back if it does not fit'],
  ['can i return {p}', '{p} warranty?', 'can i exchange {p} for another size', 'return policy on {p}?'],
); // prettier-ignore

const SHIPPING = said(
  [
    'do you ship to {city}', 'free shipping?', 'when does it ship', 'how long to {city}', 'shipping cost?', 'which courier', 'how many days to deliver',
    'do you ship worldwide', 'where does it ship from', 'can it arrive by friday',
  ],
  ['do you ship {p} to {city}', 'free shipping on {p}?', 'when does {p} ship', 'how long for {p} to {city}'],
); // prettier-ignore

const ORDER_PAYMENT = said(
  [
    'can i pay with paypal', 'how do i pay', 'can i change my address', 'apple pay?', 'can i cancel my order', 'how do i check out', 'do you do klarna',
    'where do i see my order', 'can i get an invoice', 'can i combine two orders',
  ],
  ['can i pay {p} in installments', 'how do i pay for {p}', 'paypal for {p}?'],
); // prettier-ignore

const PRICE = said(
  ['how much', 'price?', 'how much is it', 'price please', 'what is the price', 'how much for two', 'too expensive', 'price in dollars?', 'is that the live price', 'cost?'],
  ['how much is {p}', '{p} price?', 'price of {p}', 'how much for {p}', '{p} how much', 'what does {p} cost', 'price for {p} please'],
); // prettier-ignore

const DISCOUNT_GIFT = said(
  ['any promo code', 'discount?', 'any coupon', 'can you do cheaper', 'bundle price?', 'is there a free gift', 'when is the giveaway', 'where is the code', 'first order discount?', 'buy one get one?'],
  ['any discount on {p}', 'coupon for {p}?', 'bundle with {p}?', 'free gift with {p}?', 'can you do {p} cheaper'],
); // prettier-ignore

const STOCK = said(
  ['still in stock?', 'sold out?', 'restock please', 'when is the restock', 'any left', 'is {s} back in stock', 'how many left', 'it says sold out', 'will you add more'],
  ['is {p} still in stock', '{p} sold out?', 'restock {p} please', 'any {p} left', 'when is {p} back', 'how many {p} left'],
); // prettier-ignore

const HOST_REQUEST = said(
  ['show the back please', 'can you try it on', 'closer please', 'show it again', 'slow down please', 'turn around', 'show the inside', 'can you repeat that', 'louder please', 'pin the link please'],
  ['show {p} again please', 'can you show {p}', 'try on {p} please', 'show {p}', 'talk about {p} please', 'can we see {p} closer', '{p} again please', 'next show {p}'],
); // prettier-ignore

const PRODUCT_QUESTION = said(
  ['is it real', 'what is it made of', 'good quality?', 'where is it made', 'good as a gift?', 'what is the difference', 'is it easy to clean', 'safe for kids?'],
  ['what is {p} made of', 'is {p} good quality', 'where is {p} made', '{p} vs the old one?', 'is {p} good as a gift'],
); // prettier-ignore

const PURCHASE_SIGNAL = said(
  ['got mine', 'link please', 'ordered', 'just bought', 'i want it', 'got two!', 'need this', 'mine', 'take my money', 'where do i buy', 'sold on this', 'in my cart', 'link?', 'ordering now'],
  ['got {p}', 'link for {p} please', 'ordered {p}', 'just bought {p}', 'i want {p}', 'need {p}', 'got two {p}', 'where do i buy {p}'],
); // prettier-ignore

const PRAISE = said(
  ['love it', 'so pretty', 'love this shade', 'you look great', 'beautiful', 'so cute', 'best shop', 'amazing quality', 'obsessed', 'gorgeous', 'third time buying, so good', 'looks great on you', 'love this color'],
  ['love {p}', '{p} is so pretty', '{p} looks great', 'obsessed with {p}', '{p} is amazing', 'mom loves {p}'],
); // prettier-ignore

const CHAT_OTHER = said([
  'hi', 'hello', 'lol', 'hey everyone', '😂😂', '🔥🔥🔥', 'wow', 'haha', 'good evening', 'first time here', '👏👏', 'yes', 'ok', 'hi from {city}', 'where are you from',
  'lets go', 'omg', '❤️❤️', 'im back', 'who else is here', 'thanks', 'same', 'good morning', 'lag?', 'nice music', '1', 'hahaha', 'so many people', 'gn', 'true', 'happy friday',
]); // prettier-ignore

const CLOTHES = {
  size_spec: said(
    ['what size for {h}', 'does it run small', 'size chart?', 'what size for {w}', '{h} {w} what size', 'true to size?', 'plus size?', 'what colors', 'do you have {c}', 'does it come in {c}', 'is {s} ok for {h}', 'how long is it'],
    ['what size {p} for {h}', 'does {p} run small', '{p} size chart?', '{p} {h} {w} what size', '{p} in {c}?', 'what size in {p} for {w}', '{p} true to size?', 'is {p} plus size'],
  ),
  product_question: asked(['is it cotton', 'does it shrink', 'see through?', 'machine washable?', 'stretchy?', 'does it wrinkle', 'too warm for summer?']),
}; // prettier-ignore

const SHOES = {
  size_spec: said(
    ['do they run small', 'size {shoe}?', 'wide feet what size', 'what colors', 'heel height?', 'do you have {c}', 'true to size?'],
    ['does {p} run small', '{p} in size {shoe}?', '{p} wide feet what size', '{p} in {c}?', 'what size {p} if i wear {shoe}'],
  ),
  product_question: asked(['real leather?', 'slippery?', 'comfy all day?', 'waterproof?', 'soft sole?']),
}; // prettier-ignore

const OTHERS = {
  scarf: {
    size_spec: asked(['how big', 'what colors', 'dimensions?', 'in {c}?', 'is there a bigger one']),
    product_question: asked(['real silk?', 'hand wash only?', 'does it snag', 'itchy?']),
  },
  bottle: {
    size_spec: asked(['how many ml', 'what capacity', 'in {c}?', 'is there a bigger one']),
    product_question: asked(['leak proof?', 'how long does it stay hot', 'dishwasher safe?', 'heavy?']),
  },
  cosmetic: {
    size_spec: asked(['which shade for fair skin', 'how many shades', 'what shade is that', 'how many grams', 'shade for warm skin?']),
    product_question: asked(['vegan?', 'does it transfer', 'ok for sensitive skin?', 'long lasting?', 'alcohol free?']),
  },
  food: {
    size_spec: asked(['how many in a box', 'how many grams', 'bigger box?', 'how heavy is one bag']),
    product_question: asked(['expiry date?', 'what flavors', 'gluten free?', 'too sweet?', 'ok for kids?']),
  },
}; // prettier-ignore

export const TEXTS_EN: LanguageTexts = {
  common: {
    spam_ad: SPAM_AD, complaint: COMPLAINT, return_warranty: RETURN_WARRANTY, shipping: SHIPPING,
    order_payment: ORDER_PAYMENT, price: PRICE, discount_gift: DISCOUNT_GIFT, stock: STOCK,
    size_spec: asked(['what colors', 'how big', 'in {c}?', 'bigger size?']), host_request: HOST_REQUEST,
    product_question: PRODUCT_QUESTION, purchase_signal: PURCHASE_SIGNAL, praise: PRAISE, chat_other: CHAT_OTHER,
  },
  byCategory: { clothes: CLOTHES, shoes: SHOES, ...OTHERS },
  slots: {
    h: ['165cm', "5'5", '5ft6', '170cm', "5'2", '160 cm', "5'7"],
    w: ['120lbs', '55kg', '140 lbs', '60kg', '130lbs', '70kg'],
    s: ['M', 'L', 'S', 'XL', 'medium'],
    shoe: ['38', '7', '39', '8', '37', '8.5'],
    c: ['black', 'white', 'pink', 'blue', 'beige', 'green'],
    city: ['Canada', 'the UK', 'Texas', 'Berlin', 'Singapore', 'Brazil', 'Australia', 'Dubai'],
  },
  tails: ['?', '??', '!', ' pls', ' 😍', ' ❤️', ' lol', '!!', ' 🙏'],
  typos: [['please', 'plz'], ['what', 'wat'], ['you', 'u'], ['size', 'szie'], ['the', 'teh'], ['how', 'hwo'], ['much', 'mcuh'], ['love', 'luv'], ['are', 'r']],
}; // prettier-ignore
