import type { ConnectorFactory } from '../connector.ts';
import { createWebhookFactory, type WebhookKind } from '../webhook-connector.ts';
import { DoudianSetup } from './doudian/decoder.ts';
import { openOrderApi as openDoudian } from './doudian/order-api.ts';
import { DouyinLiveSetup } from './douyin-live/decoder.ts';
import { openLiveTasks } from './douyin-live/live-tasks.ts';
import { KuaishouSetup } from './kuaishou/decoder.ts';
import { openLiveTask } from './kuaishou/live-task.ts';
import { SHOP_DECODERS } from './shop-decoders.ts';
import { ShopifySetup } from './shopify/decoder.ts';
import { openOrderListing as openShopify } from './shopify/order-list.ts';
import { StandardWebhooksSetup } from './standard-webhooks/decoder.ts';
import { TiktokShopSetup } from './tiktok-shop/decoder.ts';
import { openOrderApi as openTiktokShop } from './tiktok-shop/order-api.ts';
import { WechatShopSetup } from './wechat-shop/decoder.ts';
import { openOrderApi as openWechatShop } from './wechat-shop/order-api.ts';
import { WoocommerceSetup } from './woocommerce/decoder.ts';
import { openOrderListing as openWoocommerce } from './woocommerce/order-list.ts';
import { EVENT_TYPES } from '@livecue/shared/event';

const ORDERS = ['shop.order.created', 'shop.order.paid', 'shop.order.cancelled', 'shop.order.updated'] as const;
/** Nights without an order are normal; half a day of a webhook that was switched off is not. */
const SHOP_QUIET_MS = 12 * 3_600_000;
/** A live room without likes for that long, or a task that has ended. */
const ROOM_QUIET_MS = 3 * 60_000;

type Shop = Omit<WebhookKind, 'version' | 'createDecoder'>;

const SHOPS: readonly Shop[] = [
  { name: 'standard-webhooks', setup: StandardWebhooksSetup, kinds: EVENT_TYPES, resume: 'none', answerWithinMs: 5000, quietLimitMs: SHOP_QUIET_MS },
  { name: 'shopify', setup: ShopifySetup, kinds: [...ORDERS, 'shop.order.refunded', 'shop.stock.updated', 'shop.offer.changed', 'shop.cart.added', 'shop.product.viewed'], resume: 'refetch', answerWithinMs: 5000, quietLimitMs: SHOP_QUIET_MS, openListing: openShopify },
  { name: 'woocommerce', setup: WoocommerceSetup, kinds: [...ORDERS, 'shop.order.refunded', 'shop.stock.updated', 'shop.offer.changed'], resume: 'refetch', answerWithinMs: 5000, quietLimitMs: SHOP_QUIET_MS, openListing: openWoocommerce },
  { name: 'tiktok-shop', setup: TiktokShopSetup, kinds: ORDERS, resume: 'refetch', answerWithinMs: 3000, quietLimitMs: SHOP_QUIET_MS, endpoints: { 'tiktok-shop-api': 'https://open-api.tiktokglobalshop.com', 'tiktok-shop-auth': 'https://auth.tiktok-shops.com' }, openApi: openTiktokShop },
  { name: 'doudian', setup: DoudianSetup, kinds: [...ORDERS, 'shop.order.refunded'], resume: 'refetch', answerWithinMs: 3000, quietLimitMs: SHOP_QUIET_MS, endpoints: { 'doudian-api': 'https://openapi-fxg.jinritemai.com' }, openApi: openDoudian },
  { name: 'douyin-live', setup: DouyinLiveSetup, kinds: ['live.comment.created', 'live.gift.sent', 'live.like.added'], resume: 'refetch', answerWithinMs: 2000, quietLimitMs: ROOM_QUIET_MS, endpoints: { 'douyin-token': 'https://developer.toutiao.com', 'douyin-live-api': 'https://webcast.bytedance.com/api' }, openListing: openLiveTasks },
  { name: 'wechat-shop', setup: WechatShopSetup, kinds: [...ORDERS, 'shop.order.refunded', 'shop.stock.updated'], resume: 'refetch', answerWithinMs: 5000, quietLimitMs: SHOP_QUIET_MS, endpoints: { 'wechat-api': 'https://api.weixin.qq.com' }, openApi: openWechatShop },
  { name: 'kuaishou', setup: KuaishouSetup, kinds: ['live.comment.created', 'live.gift.sent', 'live.like.added'], resume: 'none', answerWithinMs: 3000, quietLimitMs: ROOM_QUIET_MS, endpoints: { 'kuaishou-api': 'https://open.kuaishou.com' }, openListing: openLiveTask },
]; // prettier-ignore

/** Connectors that are pushed to, by name. */
export const SHOP_CONNECTORS: ReadonlyMap<string, ConnectorFactory> = new Map(
  SHOPS.map((shop) => [
    shop.name,
    createWebhookFactory({ ...shop, version: '1.0.0', createDecoder: SHOP_DECODERS[shop.name]! }),
  ]),
);
