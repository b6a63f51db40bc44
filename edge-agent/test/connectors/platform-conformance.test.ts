import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { bilibiliOpen } from '../../src/ingest/bilibili-open/connector.ts';
import { encodePacket } from '../../src/ingest/bilibili-open/frame-codec.ts';
import { localWs } from '../../src/ingest/local-ws/connector.ts';
import { tiktokService } from '../../src/ingest/tiktok/service-connector.ts';
import { twitchEventSub } from '../../src/ingest/twitch/eventsub-connector.ts';
import { twitchIrc } from '../../src/ingest/twitch/irc-connector.ts';
import { youtube } from '../../src/ingest/youtube/connector.ts';
import { describeConformance, type ConformanceTarget } from './conformance.ts';
import { opened, overSockets } from './socket-play.ts';

const AT_MS = Date.UTC(2026, 0, 15, 12, 29, 50);
const AT = '2026-01-15T12:29:50.000Z';

const event = (id: string, source: string, type: string, data: object) => ({ id, source, type, time: AT, data });

const dm = (id: bigint | string) => encodePacket(5, JSON.stringify({ cmd: 'LIVE_OPEN_PLATFORM_DM', data: { open_id: 'v', uname: 'V', msg: '在吗', msg_id: String(id), timestamp: AT_MS / 1000 } })); // prettier-ignore
const bilibili: ConformanceTarget<string | Uint8Array> = {
  factory: bilibiliOpen,
  configuration: { code: 'ABCD', app_id: 17, access_key_id: 'key', access_key_secret: 'good' },
  wrongConfiguration: { code: 'ABCD', app_id: 17, access_key_id: 'key', access_key_secret: 'secret-of-nobody' },
  open: overSockets({
    factory: bilibiliOpen,
    endpoints: (http) => ({ 'bilibili-open': http }),
    answer(path, isWrong, ws) {
      if (path !== '/v2/app/start') return { body: { code: 0, data: {} } };
      const data = { anchor_info: { room_id: 42, open_id: 'host' }, game_info: { game_id: 'g' }, websocket_info: { auth_body: '{}', wss_link: [`${ws}/sub`] } }; // prettier-ignore
      return { body: isWrong ? { code: 4002, data: null } : { code: 0, data } };
    },
    greet: (socket) =>
      socket.on('message', (data) => {
        if ((data as Buffer).readUInt32BE(8) === 7) socket.send(encodePacket(8, '{"code":0}'));
      }),
  }),
  kinds: [{ case: 'comment', message: dm('1'), events: [event('bilibili:1', 'live/bilibili/42', 'live.comment.created', { identifier: '1', text: '在吗', author: { identifier: 'v', name: 'V' }, isPaid: false })] }], // prettier-ignore
  numbered: dm,
  batch: (ids) => Buffer.concat(ids.map(dm)),
  unknown: encodePacket(5, '{"cmd":"LIVE_OPEN_PLATFORM_TEAPOT","data":{}}'),
  malformed: encodePacket(5, '{"cmd":'),
};

const IRC = (id: bigint | string) =>
  `@id=${id};user-id=9;display-name=Ab;tmi-sent-ts=${AT_MS} :ab!ab@ab.tmi.twitch.tv PRIVMSG #shop :hi\r\n`;
const irc: ConformanceTarget<string | Uint8Array> = {
  factory: twitchIrc,
  configuration: { channel: 'shop' },
  open: overSockets({
    factory: twitchIrc,
    endpoints: (_http, ws) => ({ 'twitch-irc': ws }),
    greet: (socket) =>
      socket.on('message', (data) => {
        if (String(data as Buffer).startsWith('JOIN')) socket.send(':justinfan1!justinfan1@justinfan1.tmi.twitch.tv JOIN #shop\r\n'); // prettier-ignore
      }),
  }),
  kinds: [{ case: 'comment', message: IRC('a'), events: [event('twitch:a', 'live/twitch/shop', 'live.comment.created', { identifier: 'a', text: 'hi', author: { identifier: '9', name: 'Ab' }, isPaid: false })] }], // prettier-ignore
  numbered: IRC,
  batch: (ids) => ids.map(IRC).join(''),
  unknown: ':tmi.twitch.tv SPARKLE\r\n',
  malformed: '@id\r\n',
};

const sub = (type: string, rest: object) => JSON.stringify({ metadata: { message_id: 'w', message_type: type, message_timestamp: AT }, ...rest }); // prettier-ignore
const chatMessage = (id: bigint | string) =>
  JSON.stringify({
    metadata: { message_id: `n${id}`, message_type: 'notification', message_timestamp: AT, subscription_type: 'channel.chat.message' },
    payload: { event: { broadcaster_user_id: '1', chatter_user_id: '9', chatter_user_name: 'Ab', message_id: String(id), message: { text: 'hi' }, badges: [] } },
  }); // prettier-ignore
const eventSub: ConformanceTarget<string | Uint8Array> = {
  factory: twitchEventSub,
  configuration: { channel: 'shop', channel_id: 1, client_id: 'client', access_token: 'good' },
  wrongConfiguration: { channel: 'shop', channel_id: 1, client_id: 'client', access_token: 'secret-of-nobody' },
  open: overSockets({
    factory: twitchEventSub,
    endpoints: (http, ws) => ({ 'twitch-auth': `${http}/auth`, 'twitch-api': http, 'twitch-eventsub': `${ws}/ws` }),
    answer(path, isWrong) {
      const scopes = ['user:read:chat', 'moderator:read:followers', 'channel:read:subscriptions', 'bits:read'];
      if (path === '/auth/validate') return isWrong ? { status: 401, body: {} } : { body: { user_id: '1', scopes } };
      return path.startsWith('/streams') ? { body: { data: [] } } : { status: 202, body: {} };
    },
    greet: (socket) => socket.send(sub('session_welcome', { payload: { session: { id: 's', keepalive_timeout_seconds: 600 } } })), // prettier-ignore
  }),
  kinds: [{ case: 'comment', message: chatMessage('a'), events: [event('twitch:a', 'live/twitch/shop', 'live.comment.created', { identifier: 'a', text: 'hi', author: { identifier: '9', name: 'Ab' }, isPaid: false })] }], // prettier-ignore
  numbered: chatMessage,
  unknown: sub('notification', { payload: {} }).replace('"message_type"', '"subscription_type":"channel.teapot","message_type"'), // prettier-ignore
  malformed: '{"metadata":',
};

const liveChat = (id: bigint | string) => ({ type: 'WebcastChatMessage', data: { common: { msgId: String(id), createTime: String(AT_MS) }, user: { userId: '7', nickname: 'N' }, comment: 'hi' } }); // prettier-ignore
const tiktok: ConformanceTarget<string | Uint8Array> = {
  factory: tiktokService,
  configuration: { unique_id: 'shop', api_key: 'good' },
  wrongConfiguration: { unique_id: 'shop', api_key: 'secret-of-nobody' },
  open: overSockets({
    factory: tiktokService,
    endpoints: (_http, ws) => ({ 'tiktok-service': ws }),
    refuses: (isWrong) => (isWrong ? 401 : null),
  }),
  kinds: [{ case: 'comment', message: JSON.stringify({ messages: [liveChat('1')] }), events: [event('tiktok:1', 'live/tiktok/shop', 'live.comment.created', { identifier: '1', text: 'hi', author: { identifier: '7', name: 'N' }, isPaid: false })] }], // prettier-ignore
  numbered: (id) => JSON.stringify({ messages: [liveChat(id)] }),
  batch: (ids) => JSON.stringify({ messages: ids.map(liveChat) }),
  unknown: '{"messages":[{"type":"WebcastTeapotMessage","data":{}}]}',
  malformed: '{"messages":',
};

const said = (id: bigint | string) => JSON.stringify({ kind: 'chat', id: String(id), text: 'hi', at: AT });
const local: ConformanceTarget<string | Uint8Array> = {
  factory: localWs,
  configuration: {
    room: 'desk',
    mapping: {
      rules: [
        { when: { kind: 'chat' }, event: 'live.comment.created', id: 'id', time: 'at', data: { identifier: '$id', text: '$text', author: { identifier: 'desk' }, isPaid: false } },
      ],
    },
  },
  open: overSockets({ factory: localWs, endpoints: (_http, ws) => ({ 'local-ws': ws }) }),
  kinds: [{ case: 'comment', message: said('1'), events: [event('local:1', 'live/local/desk', 'live.comment.created', { identifier: '1', text: 'hi', author: { identifier: 'desk' }, isPaid: false })] }],
  numbered: said,
  unknown: '{"kind":"dance"}',
  malformed: '{"kind":',
}; // prettier-ignore

const item = (id: bigint | string, type = 'TEXT_MESSAGE_EVENT') => ({ id: String(id), snippet: { type, published_at: AT, text_message_details: { message_text: 'hi' } }, author_details: { channel_id: 'UC1', display_name: 'A' } }); // prettier-ignore
const PROTO = fileURLToPath(new URL('../../src/ingest/youtube/stream-list.proto', import.meta.url));

const tube: ConformanceTarget<object[]> = {
  factory: youtube,
  configuration: { video_id: 'v1', live_chat_id: 'chat', api_key: 'good' },
  wrongConfiguration: { video_id: 'v1', live_chat_id: 'chat', api_key: 'secret-of-nobody' },
  async open(context, configuration, isWrong) {
    const streams: grpc.ServerWritableStream<object, object>[] = [];
    const tree = grpc.loadPackageDefinition(loadSync(PROTO, { keepCase: true, longs: String, enums: String, defaults: false })) as never as Record<'youtube', Record<'api', Record<'v3', Record<string, grpc.ServiceClientConstructor>>>>; // prettier-ignore
    const server = new grpc.Server();
    let pages = 0;
    server.addService(tree.youtube.api.v3.V3DataLiveChatMessageService!.service, {
      StreamList(stream: grpc.ServerWritableStream<object, object>) {
        streams.push(stream);
        if (isWrong) stream.emit('error', { code: grpc.status.UNAUTHENTICATED, details: 'no' });
        // The first response of a call without a token is history: an empty one here.
        else stream.write({ next_page_token: `p${++pages}`, items: [] });
      },
    });
    const port = await new Promise<number>(
      (resolve, reject) =>
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))), // prettier-ignore
    );
    const connector = youtube.create(configuration, { ...context, endpoints: { 'youtube-grpc': `grpc://127.0.0.1:${port}`, 'youtube-api': 'http://127.0.0.1:9' } }); // prettier-ignore
    return {
      connector,
      connections: () => streams.length,
      async deliver(messages) {
        if (isWrong) return;
        await opened(connector, context);
        for (const items of messages) streams.at(-1)!.write({ next_page_token: `p${++pages}`, items });
      },
      async cut() {
        streams.at(-1)!.emit('error', { code: grpc.status.UNAVAILABLE, details: 'cut' });
      },
      async close() {
        server.forceShutdown();
      },
    };
  },
  kinds: [{ case: 'comment', message: [item('a')], events: [event('youtube:a', 'live/youtube/v1', 'live.comment.created', { identifier: 'a', text: 'hi', author: { identifier: 'UC1', name: 'A' }, isPaid: false })] }], // prettier-ignore
  numbered: (id) => [item(id)],
  batch: (ids) => ids.map((id) => item(id)),
  unknown: [item('u', 'TEAPOT_EVENT')],
  malformed: [{ id: 'm' }],
};

for (const target of [bilibili, irc, eventSub, tiktok, local]) describeConformance(target);
describeConformance(tube);
