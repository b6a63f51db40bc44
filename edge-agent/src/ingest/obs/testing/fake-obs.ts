import type { WebSocket } from 'ws';
import { type FakePlatform, openFakePlatform } from '../../connecting/testing/connector-rig.ts';
import { obsAuthentication } from '../wire-message.ts';

export const PASSWORD = 'livecue-obs';
const AUTHENTICATION = { challenge: 'Y2hhbGxlbmdl', salt: 'c2FsdA==' };

type Data = Record<string, unknown>;
interface Answer {
  readonly code: number;
  readonly data?: Data;
  readonly comment?: string;
}

const ok = (data: Data = {}): Answer => ({ code: 100, data });
const none = (comment: string): Answer => ({ code: 600, comment });
const missing = (name: unknown) => none(`No source was found by the name of \`${String(name)}\`.`);

export interface FakeInput {
  kind: string;
  settings: Data;
  mediaState?: string;
}

/** OBS as far as we use it: sources that take any key and say success, as the real one does. */
export interface FakeObs {
  readonly platform: FakePlatform;
  readonly url: string;
  readonly inputs: Map<string, FakeInput>;
  readonly items: Map<string, { id: number; enabled: boolean }>;
  readonly filters: Map<string, Data[]>;
  stream: Data;
  recording: boolean;
  /** Null: switched off. */
  replayBuffer: boolean | null;
  hello: Data;
  /** Taken before the model's own answer; null: silence. */
  readonly override: Map<string, (data: Data) => Answer | null>;
  /** What was asked, in order; polls of the status are left out. */
  readonly asked: { readonly type: string; readonly data: Data }[];
  emit(eventType: string, eventData: Data, intent?: number): void;
  /** Of the connection that stands. */
  readonly socket: () => WebSocket;
}

const POLLED = /^Get(Version|Stats|StreamStatus|CurrentProgramScene|RecordStatus|ReplayBufferStatus)$/;
const LEFT_OUT_OF_OLD = ['CreateRecordChapter'];
/** With which a font can be looked at. */
const FONT_REQUESTS = ['CreateInput', 'RemoveInput', 'GetSourceScreenshot'];
const REQUESTS = ['GetVersion', 'GetStats', 'GetStreamStatus', 'GetCurrentProgramScene', 'GetRecordStatus', 'GetReplayBufferStatus', 'SaveReplayBuffer', 'GetInputSettings', 'SetInputSettings', 'GetSceneItemId', 'GetSceneItemEnabled', 'SetSceneItemEnabled', 'TriggerMediaInputAction', 'GetMediaInputStatus', 'GetSourceFilterList', 'SetSourceFilterEnabled', 'CreateRecordChapter']; // prettier-ignore

interface Options {
  readonly old?: boolean;
  readonly fonts?: boolean;
}

export async function openFakeObs(options: Options = {}): Promise<FakeObs> {
  let socket: WebSocket | null = null;
  const fake: Omit<FakeObs, 'platform' | 'url'> = {
    inputs: new Map([
      ['LiveCue price text', { kind: 'text_ft2_source_v2', settings: { text: '' } }],
      ['LiveCue sting', { kind: 'ffmpeg_source', settings: {}, mediaState: 'OBS_MEDIA_STATE_ENDED' }],
      ['LiveCue overlay', { kind: 'browser_source', settings: { url: 'about:blank' } }],
      ['Logo', { kind: 'image_source', settings: { file: '' } }],
      ['Camera', { kind: 'v4l2_input', settings: {} }],
      ['Background', { kind: 'color_source_v3', settings: {} }],
    ]),
    items: new Map([['Live/LiveCue price text', { id: 7, enabled: false }]]),
    filters: new Map([['Camera', [{ filterName: 'LiveCue dim', filterEnabled: false }]]]),
    stream: { outputActive: true, outputReconnecting: false, outputDuration: 751433, outputCongestion: 0, outputSkippedFrames: 3, outputTotalFrames: 22542 }, // prettier-ignore
    recording: true,
    replayBuffer: true,
    hello: { obsWebSocketVersion: '5.5.0', rpcVersion: 1, authentication: AUTHENTICATION },
    override: new Map(),
    asked: [],
    emit: (eventType, eventData, eventIntent = 1) => socket?.send(JSON.stringify({ op: 5, d: { eventType, eventIntent, eventData } })), // prettier-ignore
    socket: () => socket!,
  };
  const platform = await openFakePlatform({
    onSocket(client) {
      socket = client;
      client.send(JSON.stringify({ op: 0, d: fake.hello }));
      client.on('message', (text: Buffer) => hear(fake, client, JSON.parse(text.toString()) as Wire, options)); // prettier-ignore
    },
  });
  return Object.assign(fake, { platform, url: platform.url.replace('http', 'ws') });
}

interface Wire {
  readonly op: number;
  readonly d: { readonly requestType: string; readonly requestId: string; readonly requestData?: Data; readonly authentication?: string }; // prettier-ignore
}

function hear(fake: Omit<FakeObs, 'platform' | 'url'>, client: WebSocket, { op, d }: Wire, options: Options): void {
  if (op === 1) {
    if (d.authentication !== obsAuthentication(PASSWORD, AUTHENTICATION)) return client.close(4009, 'Authentication failed.'); // prettier-ignore
    return client.send(JSON.stringify({ op: 2, d: { negotiatedRpcVersion: 1 } }));
  }
  const { requestType, requestId, requestData = {} } = d;
  if (!POLLED.test(requestType)) fake.asked.push({ type: requestType, data: requestData });
  const own = fake.override.get(requestType);
  const answer = own === undefined ? answerOf(fake, requestType, requestData, options) : own(requestData);
  if (answer === null) return;
  const { code, data, comment } = answer;
  const requestStatus = { result: code === 100, code, ...(comment === undefined ? {} : { comment }) };
  client.send(JSON.stringify({ op: 7, d: { requestType, requestId, requestStatus, responseData: data } }));
}

function answerOf(
  fake: Omit<FakeObs, 'platform' | 'url'>,
  type: string,
  data: Data,
  { old = false, fonts = false }: Options,
): Answer {
  const available = [
    ...REQUESTS.filter((name) => !old || !LEFT_OUT_OF_OLD.includes(name)),
    ...(fonts ? FONT_REQUESTS : []),
  ];
  if (!available.includes(type)) return { code: 204, comment: 'Your request type is not valid.' };
  const input = fake.inputs.get(String(data.inputName));
  const item = [...fake.items].find(([key, { id }]) => key.startsWith(`${String(data.sceneName)}/`) && id === data.sceneItemId)?.[1]; // prettier-ignore
  const filter = fake.filters.get(String(data.sourceName))?.find(({ filterName }) => filterName === data.filterName);
  switch (type) {
    case 'GetVersion':
      return ok({ obsVersion: old ? '29.0.2' : '30.2.0', availableRequests: available });
    case 'GetStats':
      return ok({ cpuUsage: 11.4, availableDiskSpace: 48211.7, activeFps: 30 });
    case 'GetStreamStatus':
      return ok(fake.stream);
    case 'GetCurrentProgramScene':
      return ok({ currentProgramSceneName: 'Live' });
    case 'GetRecordStatus':
      return ok({ outputActive: fake.recording });
    case 'GetReplayBufferStatus':
      return fake.replayBuffer === null ? { code: 604, comment: 'Replay buffer is not available.' } : ok({ outputActive: fake.replayBuffer }); // prettier-ignore
    case 'SaveReplayBuffer':
      fake.emit('ReplayBufferSaved', { savedReplayPath: '/replay/clip.mkv' }, 64);
      return ok();
    case 'GetInputSettings':
      return input === undefined ? missing(data.inputName) : ok({ inputSettings: input.settings, inputKind: input.kind }); // prettier-ignore
    case 'SetInputSettings':
      if (input === undefined) return missing(data.inputName);
      Object.assign(input.settings, data.inputSettings);
      return ok();
    case 'GetSceneItemId': {
      const found = fake.items.get(`${String(data.sceneName)}/${String(data.sourceName)}`);
      return found === undefined ? none('No scene items were found.') : ok({ sceneItemId: found.id });
    }
    case 'GetSceneItemEnabled':
      return item === undefined ? none('No scene items were found.') : ok({ sceneItemEnabled: item.enabled });
    case 'SetSceneItemEnabled':
      if (item === undefined) return none('No scene items were found.');
      item.enabled = data.sceneItemEnabled === true;
      fake.emit('SceneItemEnableStateChanged', data, 128);
      return ok();
    case 'TriggerMediaInputAction':
      if (input?.mediaState !== undefined) input.mediaState = 'OBS_MEDIA_STATE_PLAYING';
      return ok();
    case 'GetMediaInputStatus':
      return ok({ mediaState: input?.mediaState ?? 'OBS_MEDIA_STATE_NONE' });
    case 'GetSourceFilterList':
      return ok({ filters: fake.filters.get(String(data.sourceName)) ?? [] });
    case 'SetSourceFilterEnabled':
      if (filter === undefined) return none('No filter was found.');
      filter.filterEnabled = data.filterEnabled;
      return ok();
    case 'CreateInput':
      if (input !== undefined) return { code: 601, comment: 'A source already exists by that input name.' };
      fake.inputs.set(String(data.inputName), { kind: String(data.inputKind), settings: { ...(data.inputSettings as Data) } }); // prettier-ignore
      return ok({ sceneItemId: 99 });
    case 'RemoveInput':
      return fake.inputs.delete(String(data.inputName)) ? ok() : missing(data.inputName);
    case 'GetSourceScreenshot':
      return ok({ imageData: drawn(fake.inputs.get(String(data.sourceName))!) });
    default:
      return ok();
  }
}

/** A font without Chinese draws all of it as the same box. */
function drawn({ settings }: FakeInput): string {
  const { face } = settings.font as { face: string };
  const text = String(settings.text);
  return `${face} ${face.includes('CJK') ? text : text.replace(/[^\u0000-\u024f]/g, '▯')}`;
}
