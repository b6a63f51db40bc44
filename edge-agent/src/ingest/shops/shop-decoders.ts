import type { CreateDecoder } from '../connector.ts';
import { createDecoder as doudian } from './doudian/decoder.ts';
import { createDecoder as douyinLive } from './douyin-live/decoder.ts';
import { createDecoder as kuaishou } from './kuaishou/decoder.ts';
import { createDecoder as shopify } from './shopify/decoder.ts';
import { createDecoder as standardWebhooks } from './standard-webhooks/decoder.ts';
import { createDecoder as tiktokShop } from './tiktok-shop/decoder.ts';
import { createDecoder as wechatShop } from './wechat-shop/decoder.ts';
import { createDecoder as woocommerce } from './woocommerce/decoder.ts';

/** Senders of signed HTTP requests by the name of their connector. */
export const SHOP_DECODERS: Readonly<Record<string, CreateDecoder>> = {
  'standard-webhooks': standardWebhooks,
  shopify,
  woocommerce,
  'tiktok-shop': tiktokShop,
  doudian,
  'douyin-live': douyinLive,
  'wechat-shop': wechatShop,
  kuaishou,
};
