import type { PanelMessage, PanelVerb } from './panel.ts';

/** Function of `window.livecue` for each verb of the contract. */
export const BRIDGE_FUNCTIONS = {
  'prompt.done': 'promptDone',
  'prompt.snooze': 'promptSnooze',
  'prompt.mute': 'promptMute',
  'prompt.veto': 'promptVeto',
  'cues.control': 'cuesControl',
  'series.read': 'seriesRead',
  'uplink.sent': 'uplinkSent',
  'self.read': 'selfRead',
  'pairing.create': 'pairingCreate',
  'devices.paired': 'devicesPaired',
  'devices.remove': 'devicesRemove',
  'comments.after': 'commentsAfter',
  'comments.before': 'commentsBefore',
  'comments.correct': 'commentsCorrect',
  'corrections.read': 'correctionsRead',
  'answers.read': 'answersRead',
  'answers.close': 'answersClose',
  'product.read': 'productRead',
  'orders.read': 'ordersRead',
  'orders.label': 'ordersLabel',
  'labels.read': 'labelsRead',
  'message.presets': 'messagePresets',
  'message.send': 'messageSend',
  'message.clear': 'messageClear',
  'prompt.show': 'promptShow',
  'offers.read': 'offersRead',
  'offer.propose': 'offerPropose',
  'shows.list': 'showsList',
  'shows.read': 'showsRead',
  'catalogue.read': 'catalogueRead',
  'catalogue.products': 'catalogueProducts',
  'catalogue.upload': 'catalogueUpload',
  'catalogue.preview': 'cataloguePreview',
  'catalogue.apply': 'catalogueApply',
  'catalogue.restore': 'catalogueRestore',
  'catalogue.export': 'catalogueExport',
  'actions.read': 'actionsRead',
  'action.do': 'actionDo',
  'action.permit': 'actionPermit',
  'action.undo': 'actionUndo',
  'actions.forget': 'actionsForget',
  'overlay.clear': 'overlayClear',
  'air.check': 'airCheck',
  'screen.report': 'screenReport',
  'fleet.read': 'fleetRead',
  'fleet.apply': 'fleetApply',
  'fleet.back': 'fleetBack',
  'models.read': 'modelsRead',
  'models.rollback': 'modelsRollback',
} as const satisfies Record<PanelVerb, string>;

/**
 * What the desktop's preload offers the page as `window.livecue`: one function per verb and the
 * messages of the agent. A function resolves with a `result` or an `error` message and never rejects:
 * errors lose their fields on the way between the two worlds.
 */
export type PanelBridge = {
  readonly [F in (typeof BRIDGE_FUNCTIONS)[PanelVerb]]: (args: unknown) => Promise<PanelMessage>;
} & {
  /** States, and errors of the link itself (`id` null). Returns the way out. */
  readonly onState: (listener: (message: unknown) => void) => () => void;
};
