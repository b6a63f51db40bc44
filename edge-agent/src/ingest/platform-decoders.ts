import { createDecoder as bilibiliOpen } from './bilibili-open/decoder.ts';
import { createDecoder as bilibiliWeb } from './bilibili-web/decoder.ts';
import type { CreateDecoder } from './connector.ts';
import { createDecoder as eventStream } from './event-stream/decoder.ts';
import { createDecoder as localWs } from './local-ws/decoder.ts';
import { createDecoder as tiktok } from './tiktok/decoder.ts';
import { createDecoder as twitch } from './twitch/decoder.ts';
import { createDecoder as youtube } from './youtube/decoder.ts';

/** Live platforms by the name of their connector. Those of tier C are for recordings: no transport of theirs is here. */
export const PLATFORM_DECODERS: Readonly<Record<string, CreateDecoder>> = {
  'bilibili-open': bilibiliOpen,
  'bilibili-web': bilibiliWeb,
  'local-ws': localWs,
  tiktok,
  twitch,
  youtube,
  'event-stream': eventStream,
};
