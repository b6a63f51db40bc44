import type { StudioCommand } from '@livecue/shared/contract';
import { allowedKey, isMediaKind } from './allowed-keys.ts';
import type { StudioResult } from '../../ports.ts';
import { type Data, dataOf, StudioFailure } from './control-answers.ts';
import { createFontCheck, type FontCheck } from './font-check.ts';
import type { ObsRequests } from './requests.ts';
import { createSceneHands, type SceneHands } from './scene-hands.ts';
import type { ObsEvent } from './wire-message.ts';

export interface ControlPorts {
  /** Of the connection that stands; null: none does. */
  readonly requests: () => ObsRequests | null;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly nowMs: () => number;
  readonly fileExists: (file: string) => boolean;
  /** Our own page, the only one that a browser source is pointed at; null: nobody serves it. */
  readonly overlayUrl: () => string | null;
}

export interface StudioControl {
  /** One after the other; never rejects. `byHand`: the operator asked for it now, and may show what he hid. */
  run(command: StudioCommand, byHand: boolean): Promise<StudioResult>;
  event(event: ObsEvent): void;
  /** A new connection: what we knew of items is void. */
  reset(): void;
}

const MAX_WAITING = 20;
/** What OBS does on a thread of its own is looked for so often. */
const LOOKS = 10;
const LOOK_MS = 200;
const ABSOLUTE = /^(\/|[A-Za-z]:[\\/]|\\\\)/;
const MEDIA_ACTIONS = { restart: 'RESTART', play: 'PLAY', pause: 'PAUSE', stop: 'STOP' } as const;
const PLAYING = ['OBS_MEDIA_STATE_PLAYING', 'OBS_MEDIA_STATE_OPENING', 'OBS_MEDIA_STATE_BUFFERING'];
const MEDIA_STATES: Readonly<Record<keyof typeof MEDIA_ACTIONS, readonly string[]>> = {
  restart: PLAYING,
  play: PLAYING,
  pause: ['OBS_MEDIA_STATE_PAUSED'],
  stop: ['OBS_MEDIA_STATE_STOPPED', 'OBS_MEDIA_STATE_ENDED', 'OBS_MEDIA_STATE_NONE'],
};

type Of<K extends StudioCommand['kind']> = Extract<StudioCommand, { kind: K }>;
type Ask = (requestType: string, data: object, doing: string, missing?: StudioFailure['problem']) => Promise<Data>;

interface Session {
  readonly read: Ask;
  readonly write: Ask;
  readonly has: (requestType: string) => boolean;
  readonly hands: SceneHands;
  readonly fonts: FontCheck;
  readonly sleep: (ms: number) => Promise<void>;
  readonly byHand: boolean;
}

/** The commands of OBS: checked before they are sent, read back after, and never believed because OBS says success. */
export function createStudioControl(ports: ControlPorts): StudioControl {
  const hands = createSceneHands(ports.nowMs);
  const fonts = createFontCheck();
  let clipsSaved = 0;
  let changing = false;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** Settles when `look` says so, or false after two seconds. */
  async function becomes(look: () => Promise<boolean> | boolean): Promise<boolean> {
    for (let n = 0; n < LOOKS; n++) {
      if (await look()) return true;
      await ports.sleep(LOOK_MS, NEVER);
    }
    return look();
  }

  const act: { [K in StudioCommand['kind']]: (command: Of<K>, session: Session) => Promise<StudioCommand | null> } = {
    text: (command, session) => setKey(session, command.kind, command.input, command.text, (before) => ({ ...command, text: before })),
    file(command, session) {
      if (!ABSOLUTE.test(command.file) || !ports.fileExists(command.file))
        throw new StudioFailure('no-such-file', `Setting the file of ${command.input}: there is no such file. Give its whole path.`);
      // Without a file before, there is none to go back to.
      return setKey(session, command.kind, command.input, command.file, (before) => (before === '' ? null : { ...command, file: before }));
    },
    page(command, session) {
      const url = ports.overlayUrl();
      if (url === null) throw new StudioFailure('no-overlay', 'Setting the overlay page: the agent serves none. Start it with its panel on this machine.');
      // Another page is not ours to bring back.
      return setKey(session, command.kind, command.input, url, () => null);
    },
    show: setVisible,
    async media({ input, act: wanted }, { read, write }) {
      const doing = `Playing ${input}`;
      const { inputKind } = await read('GetInputSettings', { inputName: input }, doing, 'no-such-input');
      if (!isMediaKind(String(inputKind))) throw new StudioFailure('wrong-kind', `${doing}: it is no media source, but ${String(inputKind)}.`);
      const mediaAction = `OBS_WEBSOCKET_MEDIA_INPUT_ACTION_${MEDIA_ACTIONS[wanted]}`;
      await write('TriggerMediaInputAction', { inputName: input, mediaAction }, doing, 'no-such-input');
      const state = async () => String((await read('GetMediaInputStatus', { inputName: input }, doing, 'no-such-input')).mediaState);
      if (!(await becomes(async () => MEDIA_STATES[wanted].includes(await state()))))
        throw new StudioFailure('not-confirmed', `${doing}: OBS says success, and it does not ${wanted}. Look whether its file is there.`);
      return null;
    },
    async filter({ source, filter, enabled }, { read, write }) {
      const doing = `Switching the filter ${filter} of ${source}`;
      const isOn = async () => {
        const { filters } = await read('GetSourceFilterList', { sourceName: source }, doing, 'no-such-input');
        const found = (Array.isArray(filters) ? (filters as Data[]) : []).find(({ filterName }) => filterName === filter);
        if (found === undefined) throw new StudioFailure('no-such-filter', `${doing}: the source has no such filter. Correct the name.`);
        return found.filterEnabled === true;
      };
      if ((await isOn()) === enabled) return null;
      await write('SetSourceFilterEnabled', { sourceName: source, filterName: filter, filterEnabled: enabled }, doing, 'no-such-filter');
      if ((await isOn()) !== enabled) throw new StudioFailure('not-confirmed', `${doing}: OBS says success, and it is as before.`);
      return { kind: 'filter', source, filter, enabled: !enabled };
    },
    async clip(_, { read, write }) {
      const doing = 'Saving the replay buffer';
      let active: Data;
      try {
        active = await read('GetReplayBufferStatus', {}, doing);
      } catch (error) {
        if (!(error instanceof StudioFailure) || error.problem !== 'refused') throw error;
        throw new StudioFailure('no-replay-buffer', `${doing}: it is switched off. Switch it on in OBS under Settings, Output, and start it.`);
      }
      if (active.outputActive !== true) throw new StudioFailure('not-running', `${doing}: it does not run. Start it in OBS.`);
      const before = clipsSaved;
      await write('SaveReplayBuffer', {}, doing);
      if (!(await becomes(() => clipsSaved > before)))
        throw new StudioFailure('not-confirmed', `${doing}: OBS says success, and no clip was saved. Look at its disk.`);
      return null;
    },
    async chapter({ name }, { read, write, has }) {
      const doing = 'Marking a chapter';
      if (!has('CreateRecordChapter')) dataOf({ outcome: 'too-old' }, doing);
      const { outputActive } = await read('GetRecordStatus', {}, doing);
      if (outputActive !== true) throw new StudioFailure('not-running', `${doing}: nothing records. Start the recording in OBS.`);
      try {
        await write('CreateRecordChapter', { chapterName: name }, doing);
      } catch (error) {
        // While it records, what is left is the format: OBS marks chapters in hybrid MP4 alone.
        if (!(error instanceof StudioFailure) || error.problem !== 'refused') throw error;
        throw new StudioFailure('no-chapters', `${doing}: this recording takes none. Choose Hybrid MP4 in OBS under Settings, Output, Recording.`);
      }
      return null;
    },
  };

  async function runOne(command: StudioCommand, byHand: boolean): Promise<StudioResult> {
    const requests = ports.requests();
    try {
      if (requests === null) throw new StudioFailure('not-connected', 'OBS is not connected. Start it, or look at its row under sources.');
      if (changing) throw new StudioFailure('busy', 'OBS is changing its scene collection. Try again when it has.');
      const asking = (kind: 'read' | 'write'): Ask => async (requestType, data, doing, missing) =>
        dataOf(await requests.ask(requestType, data, kind), doing, missing);
      const session: Session = { read: asking('read'), write: asking('write'), has: requests.has, hands, fonts, sleep: (ms) => ports.sleep(ms, NEVER), byHand };
      // The table pairs each kind with its command, which an index by union cannot show the compiler.
      const undo = await (act[command.kind] as (command: StudioCommand, session: Session) => Promise<StudioCommand | null>)(command, session);
      return { outcome: 'done', undo };
    } catch (error) {
      if (!(error instanceof StudioFailure)) throw error;
      return { outcome: 'failed', problem: error.problem, message: error.message };
    }
  }

  return {
    async run(command, byHand) {
      if (waiting >= MAX_WAITING) return { outcome: 'failed', problem: 'busy', message: 'Too many commands wait for OBS. Look whether it still answers.' };
      waiting++;
      const mine = last.then(() => runOne(command, byHand));
      last = mine.then(() => waiting--, () => waiting--);
      return mine;
    },
    event(event) {
      if (event.name === 'ReplayBufferSaved') clipsSaved++;
      else if (event.name === 'CurrentSceneCollectionChanging') changing = true;
      else if (event.name === 'CurrentSceneCollectionChanged') {
        changing = false;
        hands.reset();
      } else if (event.name === 'SceneItemEnableStateChanged') hands.changed(event.data);
    },
    reset() {
      changing = false;
      hands.reset();
      fonts.reset();
    },
  };
} // prettier-ignore

/** Commands are bounded by the answers they wait for; nobody cuts them short. */
const NEVER = new AbortController().signal;

/** Writes the one key that belongs to this kind of input, and reads it back. Null: it was so already. */
async function setKey(
  session: Session,
  kind: 'text' | 'file' | 'page',
  input: string,
  value: string,
  undo: (before: string) => StudioCommand | null,
): Promise<StudioCommand | null> {
  const { read, write, fonts } = session;
  const doing = `Setting ${input}`;
  const settings = async () => {
    const data = await read('GetInputSettings', { inputName: input }, doing, 'no-such-input');
    return { inputKind: String(data.inputKind), values: (data.inputSettings ?? {}) as Data };
  };
  const { inputKind, values } = await settings();
  const key = allowedKey(kind, inputKind);
  // A media source that reads from an address, and a text source that reads from a file, ignore the key.
  const ignored = values.is_local_file === false || values.from_file === true || values.read_from_file === true;
  if (key === null || (ignored && kind !== 'page'))
    throw new StudioFailure('wrong-kind', `${doing}: a ${inputKind} as it is set up takes no ${kind} of ours. Choose another source.`); // prettier-ignore
  if (values[key] === value) return null;
  if (kind === 'text') await fonts.check({ input, inputKind, settings: values }, value, session);
  // `overlay` keeps font, colour and all else.
  await write('SetInputSettings', { inputName: input, inputSettings: { [key]: value }, overlay: true }, doing, 'no-such-input'); // prettier-ignore
  if ((await settings()).values[key] !== value)
    throw new StudioFailure('not-confirmed', `${doing}: OBS says success, and it is something else. Perhaps somebody else writes there.`); // prettier-ignore
  return undo(typeof values[key] === 'string' ? values[key] : '');
}

async function setVisible({ scene, source, visible }: Of<'show'>, session: Session): Promise<StudioCommand | null> {
  const { read, write, hands, byHand } = session;
  const doing = `${visible ? 'Showing' : 'Hiding'} ${source} in ${scene}`;
  // Asked each time: the number is another one after the operator has added the source again.
  const found = await read('GetSceneItemId', { sceneName: scene, sourceName: source }, doing, 'no-such-item');
  const item = { sceneName: scene, sceneItemId: found.sceneItemId };
  const isShown = async () =>
    (await read('GetSceneItemEnabled', item, doing, 'no-such-item')).sceneItemEnabled === true;
  if ((await isShown()) === visible) return null;
  if (visible && !byHand && hands.isHidden(item))
    throw new StudioFailure('hidden-by-hand', `${doing}: it was hidden in OBS by hand. Show it there, or by hand here.`); // prettier-ignore
  hands.expect(item, visible);
  await write('SetSceneItemEnabled', { ...item, sceneItemEnabled: visible }, doing, 'no-such-item');
  if ((await isShown()) !== visible)
    throw new StudioFailure('not-confirmed', `${doing}: OBS says success, and it is as before.`);
  return { kind: 'show', scene, source, visible: !visible };
}
