import type { ActionKind } from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';
import type { ActionPort } from './action-port.ts';

type Clicked = 'pin' | 'explain' | 'offer' | 'message';
type Places = Partial<Record<Clicked, Words>>;

const words = (zh: string, en: string): Words => ({ zh, en });
const chat = (zh: string, en: string): Words => words(`把这句话粘贴到${zh}`, `Paste the words into ${en}`);

/** A show on a platform has a room; a shop has none, so only offers are made there. */
const PLACES: Readonly<Record<string, Places>> = {
  'bilibili-open': {
    pin: words('在直播姬的小黄车中把该商品设为讲解', 'In the streaming client, open the shopping cart and set the product as explained'),
    explain: words('在直播姬的小黄车中点该商品的“讲解”', 'In the streaming client, open the shopping cart and press Explain beside the product'),
    offer: words('在直播姬的小黄车中为该商品建立优惠', 'In the streaming client, open the shopping cart and add the offer to the product'),
    message: chat('直播间的弹幕输入框', 'the comment box of the room'),
  },
  youtube: {
    pin: words('在 YouTube Studio 直播控制室的“购物”中置顶该商品', 'In the live control room of YouTube Studio, open Shopping and pin the product'),
    explain: words('在 YouTube Studio 直播控制室的“购物”中置顶该商品', 'In the live control room of YouTube Studio, open Shopping and pin the product'),
    offer: words('在商店后台改价，或在直播间发布优惠码', 'Change the price in your shop, or post a discount code in the chat'),
    message: chat('YouTube 直播聊天', "YouTube's live chat"),
  },
  twitch: {
    pin: words('在聊天中发出商品链接，再点消息旁的“置顶”', 'Post the link of the product in the chat and pin that message'),
    explain: words('在聊天中发出商品链接', 'Post the link of the product in the chat'),
    offer: words('在商店后台改价，或在聊天中发布优惠码', 'Change the price in your shop, or post a discount code in the chat'),
    message: chat('Twitch 聊天', "Twitch's chat"),
  },
  tiktok: {
    pin: words('在 TikTok 直播管理页的商品列表中点“置顶”', 'In the live manager of TikTok, press Pin beside the product'),
    explain: words('在 TikTok 直播管理页的商品列表中点“置顶”', 'In the live manager of TikTok, press Pin beside the product'),
    offer: words('在 TikTok Shop 卖家中心的“营销”中建立限时优惠', 'In the seller centre of TikTok Shop, open Promotions and create a flash deal'),
    message: chat('TikTok 直播评论', "TikTok's live comments"),
  },
  'douyin-live': {
    pin: words('在巨量百应的直播中控台把该商品移到第一位', 'In the live console of Buyin, move the product to the top'),
    explain: words('在巨量百应的直播中控台点该商品的“讲解”', 'In the live console of Buyin, press Explain beside the product'),
    offer: words('在巨量百应的直播中控台为该商品发放优惠券', 'In the live console of Buyin, hand out a coupon for the product'),
    message: chat('抖音直播评论', "Douyin's live comments"),
  },
  kuaishou: {
    pin: words('在快手小店的直播中控台把该商品置顶', 'In the live console of the Kuaishou shop, move the product to the top'),
    explain: words('在快手小店的直播中控台点该商品的“讲解”', 'In the live console of the Kuaishou shop, press Explain beside the product'),
    offer: words('在快手小店的直播中控台为该商品发放优惠券', 'In the live console of the Kuaishou shop, hand out a coupon for the product'),
    message: chat('快手直播评论', "Kuaishou's live comments"),
  },
  shopify: { offer: words('在 Shopify 后台的“折扣”中建立优惠，并设结束时间', 'In the Shopify admin, open Discounts and create one with an end time') },
  woocommerce: { offer: words('在 WooCommerce 中打开该商品，填促销价和起止时间', 'In WooCommerce, open the product and set a sale price with its dates') },
  'tiktok-shop': { offer: words('在 TikTok Shop 卖家中心的“营销”中建立限时优惠', 'In the seller centre of TikTok Shop, open Promotions and create a flash deal') },
  doudian: { offer: words('在抖店后台的“营销中心”中建立限时限量购', 'In the Doudian admin, open Marketing and create a limited-time price') },
  'wechat-shop': { offer: words('在微信小店后台的“营销”中建立限时抢购', 'In the WeChat shop admin, open Marketing and create a flash sale') },
}; // prettier-ignore
const SAME_PLACE: Readonly<Record<string, string>> = { 'twitch-eventsub': 'twitch', 'twitch-irc': 'twitch', 'tiktok-service': 'tiktok' }; // prettier-ignore
const CLICKED: readonly Clicked[] = ['pin', 'explain', 'offer', 'message'];
const isClicked = (kind: ActionKind): kind is Clicked => (CLICKED as readonly ActionKind[]).includes(kind);

/** Kinds of actions that a connector's platform has a place for. */
export function kindsOf(connector: string): ActionKind[] {
  const places = PLACES[SAME_PLACE[connector] ?? connector];
  return places === undefined ? [...CLICKED] : CLICKED.filter((kind) => places[kind] !== undefined);
}

/**
 * A platform or shop through which nothing can be done: none of them documents an interface for it to those who may
 * only listen, so the operator is told what to click.
 */
export function createClickTarget(target: string, connector: string): ActionPort {
  const places = PLACES[SAME_PLACE[connector] ?? connector];
  return {
    target,
    connector,
    kinds: kindsOf(connector),
    able: [],
    run: async ({ kind }) => ({
      outcome: 'not-able',
      click: (isClicked(kind) ? places?.[kind] : undefined) ?? words(`请在 ${target} 的后台手动操作`, `Do it by hand where ${target} is managed`), // prettier-ignore
    }),
  };
}
