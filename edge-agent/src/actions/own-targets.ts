import type { ActionKind, StudioProblem } from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';
import type { Studio, StudioResult } from '../ports.ts';
import type { ActionPort, Deed, Want } from './action-port.ts';
import type { OverlayBoard } from './overlay-board.ts';

export const OVERLAY = 'overlay';
const OVERLAY_KINDS: readonly ActionKind[] = ['pin', 'explain', 'offer', 'message'];
const STUDIO_KINDS: readonly ActionKind[] = ['explain', 'clip'];

/** Problems that only the operator can mend, in OBS. */
const CLICKS: Partial<Record<StudioProblem, Words>> = {
  'too-old': { zh: '这个版本的 OBS 没有此功能，请升级 OBS', en: 'This OBS does not have it; a newer one may' },
  'no-replay-buffer': { zh: '在 OBS 设置 → 输出 中启用回放缓存，再启动它', en: 'In OBS, switch the replay buffer on under Settings, Output, and start it' },
  'no-glyphs': { zh: '在 OBS 该文字源的属性中换一个有中文的字体', en: 'In OBS, choose a font with Chinese in the properties of the text source' },
  'no-chapters': { zh: '在 OBS 设置 → 输出 → 录像 中选择混合 MP4', en: 'In OBS, choose Hybrid MP4 under Settings, Output, Recording' },
}; // prettier-ignore

/** What OBS made of a command, as an action: with a way back, and with what to click. */
export function deedOf(studio: Studio, result: StudioResult): Deed {
  if (result.outcome === 'failed') {
    const click = CLICKS[result.problem];
    return click === undefined ? result : { outcome: 'not-able', click };
  }
  const { undo } = result;
  return { outcome: 'done', undo: undo === null ? null : async () => deedOf(studio, await studio.run(undo, true)) };
}

/** OBS by hand: what is explained is marked in the recording, and the last moments are saved as a clip. */
export function createStudioTarget(target: string, studio: Studio, language: 'zh' | 'en'): ActionPort {
  return {
    target,
    connector: 'obs',
    kinds: STUDIO_KINDS,
    able: STUDIO_KINDS,
    async run(want) {
      if (want.kind === 'clip') return deedOf(studio, await studio.run({ kind: 'clip' }, true));
      if (want.kind !== 'explain') throw new Error(`OBS is not asked for ${want.kind}`);
      const { linkNumber, name } = want.product;
      const number = linkNumber === null ? '' : language === 'zh' ? `${linkNumber}号 ` : `No. ${linkNumber} `;
      const chapter = [...`${number}${name[language]}`].slice(0, 100).join('');
      return deedOf(studio, await studio.run({ kind: 'chapter', name: chapter }, true));
    },
  };
}

/** The overlay page. It counts as shown only when a page is open somewhere. */
export function createOverlayTarget(board: OverlayBoard): ActionPort {
  const show = (want: Want): (() => boolean) => {
    switch (want.kind) {
      case 'pin':
      case 'explain':
        return board.showProduct(want.product, want.kind === 'explain');
      case 'offer':
        return board.showOffer(want.product, want.offer);
      case 'message':
        return board.showAnswer(want.question, want.words);
      case 'clip':
        throw new Error('the overlay is not asked for clips');
    }
  };
  return {
    target: OVERLAY,
    connector: OVERLAY,
    kinds: OVERLAY_KINDS,
    able: OVERLAY_KINDS,
    async run(want) {
      if (board.pages === 0) return NO_PAGE;
      const hide = show(want);
      return { outcome: 'done', undo: async () => (hide() ? { outcome: 'done', undo: null } : GONE) };
    },
  };
}

const NO_PAGE: Deed = {
  outcome: 'failed',
  problem: 'no-overlay',
  message: 'The overlay page is open nowhere. Add its address to OBS as a browser source.',
};
const GONE: Deed = {
  outcome: 'failed',
  problem: 'not-confirmed',
  message: 'It is no longer on the overlay: it is over, or another card took its place.',
};
