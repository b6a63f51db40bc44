import { contextBridge, ipcRenderer } from 'electron';
import type { PanelBridge, PanelVerb } from '@livecue/shared/contract';

// A sandboxed preload can load nothing of ours at run time: names stand here and are checked by their types.
const STATE_CHANNEL = 'panel:state';
const call = (verb: PanelVerb) => (args: unknown) => ipcRenderer.invoke(`panel:${verb}`, args);

/** Verbs and nothing else: the page cannot name a channel of its own. */
const bridge: PanelBridge = {
  promptDone: call('prompt.done'),
  promptSnooze: call('prompt.snooze'),
  promptMute: call('prompt.mute'),
  promptVeto: call('prompt.veto'),
  cuesControl: call('cues.control'),
  seriesRead: call('series.read'),
  uplinkSent: call('uplink.sent'),
  selfRead: call('self.read'),
  pairingCreate: call('pairing.create'),
  devicesPaired: call('devices.paired'),
  devicesRemove: call('devices.remove'),
  commentsAfter: call('comments.after'),
  commentsBefore: call('comments.before'),
  commentsCorrect: call('comments.correct'),
  correctionsRead: call('corrections.read'),
  answersRead: call('answers.read'),
  answersClose: call('answers.close'),
  productRead: call('product.read'),
  ordersRead: call('orders.read'),
  ordersLabel: call('orders.label'),
  labelsRead: call('labels.read'),
  messagePresets: call('message.presets'),
  messageSend: call('message.send'),
  messageClear: call('message.clear'),
  promptShow: call('prompt.show'),
  offersRead: call('offers.read'),
  offerPropose: call('offer.propose'),
  showsList: call('shows.list'),
  showsRead: call('shows.read'),
  catalogueRead: call('catalogue.read'),
  catalogueProducts: call('catalogue.products'),
  catalogueUpload: call('catalogue.upload'),
  cataloguePreview: call('catalogue.preview'),
  catalogueApply: call('catalogue.apply'),
  catalogueRestore: call('catalogue.restore'),
  catalogueExport: call('catalogue.export'),
  actionsRead: call('actions.read'),
  actionDo: call('action.do'),
  actionPermit: call('action.permit'),
  actionUndo: call('action.undo'),
  actionsForget: call('actions.forget'),
  overlayClear: call('overlay.clear'),
  airCheck: call('air.check'),
  screenReport: call('screen.report'),
  fleetRead: call('fleet.read'),
  fleetApply: call('fleet.apply'),
  fleetBack: call('fleet.back'),
  modelsRead: call('models.read'),
  modelsRollback: call('models.rollback'),
  onState(listener) {
    const hear = (_event: unknown, message: unknown) => listener(message);
    ipcRenderer.on(STATE_CHANNEL, hear);
    return () => void ipcRenderer.removeListener(STATE_CHANNEL, hear);
  },
};

contextBridge.exposeInMainWorld('livecue', bridge);
