import { bilibiliOpen } from './bilibili-open/connector.ts';
import type { ConnectorFactory } from './connector.ts';
import { eventStream } from './event-stream/connector.ts';
import { localWs } from './local-ws/connector.ts';
import { obs } from './obs/connector.ts';
import { tiktokService } from './tiktok/service-connector.ts';
import { twitchEventSub } from './twitch/eventsub-connector.ts';
import { twitchIrc } from './twitch/irc-connector.ts';
import { youtube } from './youtube/connector.ts';

/** Connectors that ship in the agent: tiers A and B; `obs` gives no events, and things are done through it. Tier C is a program of its own, which the user installs (plug-ins/tiktok-live). */
export const PLATFORM_CONNECTORS: readonly ConnectorFactory[] = [bilibiliOpen, youtube, twitchEventSub, twitchIrc, tiktokService, localWs, obs, eventStream]; // prettier-ignore
