import { DELIVERED_TASKS, modelTopics } from './fleet-model.ts';
import { fleetTopics } from './fleet.ts';
import { RECORD_CONTENT_TYPE, RECORD_PROPERTIES, topics } from './uplink.ts';

type Json = Record<string, unknown>;

const SCHEMA_FORMAT = 'application/schema+json;version=draft-2020-12';
const AGENT = '{agentId}';

/** The message of one schema, kept in `shared/src/contract` so that each is stated once. */
function message(file: string, title: string, contentType: string, more: Json = {}): Json {
  const $ref = `../shared/src/contract/${file}.snapshot.json`;
  return { title, contentType, payload: { schemaFormat: SCHEMA_FORMAT, schema: { $ref } }, ...more };
}

const MESSAGES: Json = {
  liveEvent: message('canonical-event', 'One canonical event (CloudEvents 1.0, structured mode)', 'application/json'),
  uplinkRecord: message(
    'uplink-body',
    'Counts of one window, what was made of it, or a card and what became of it',
    RECORD_CONTENT_TYPE,
    {
      description: 'CloudEvents 1.0 binary mode: the attributes are MQTT 5 user properties, the payload is the body.',
      headers: {
        type: 'object',
        required: [...RECORD_PROPERTIES],
        properties: Object.fromEntries(RECORD_PROPERTIES.map((name) => [name, { type: 'string' }])),
      },
    },
  ),
  uplinkAck: message('uplink-ack', 'What the receiver has committed', 'application/json'),
  agentPresence: message('agent-presence', 'Birth and will', 'application/json'),
  signedDocument: message(
    'signed-document',
    'A text and the signed note over its origin, version and SHA-256',
    'application/json',
    {
      description:
        'The text of livecue/<agentId>/config is JSON (shared/src/contract/config-document.snapshot.json), and so is that of livecue/<agentId>/model/<task> (model-delivery.snapshot.json).',
    },
  ),
  configReport: message('config-report', 'Where the remote configuration stands', 'application/json'),
  deviceReport: message('device-report', 'How the agent is, in figures', 'application/json'),
  fleetList: message('fleet-list', 'The devices of the studio', 'application/json'),
  modelReport: message('model-report', 'How far the newest delivery of a model is', 'application/json'),
  modelChunk: {
    title: 'Bytes of a file of a model',
    contentType: 'application/octet-stream',
    payload: { type: 'string', format: 'binary' },
  },
  panelCall: message('panel-call', 'A verb with its arguments', 'application/json', {
    description: 'Arguments and results by verb: shared/src/contract/panel-verbs.snapshot.json.',
  }),
  panelState: message('panel-state', 'Everything a panel shows', 'application/json'),
};

function channel(
  servers: readonly string[],
  address: string,
  names: readonly string[],
  description: string,
  more: Json = {},
): Json {
  // prettier-ignore
  return {
    address,
    description,
    servers: servers.map((server) => ({ $ref: `#/servers/${server}` })),
    messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    ...more,
  };
}

const agentParameter = { parameters: { agentId: { description: 'Name of the agent, from its configuration' } } };
const taskParameters = {
  parameters: { ...agentParameter.parameters, task: { description: 'Of the model', enum: [...DELIVERED_TASKS] } },
};
const chunkParameters = {
  parameters: {
    sha256: { description: 'Of the whole file, hexadecimal' },
    index: { description: 'Of the chunk, from 0' },
  },
};

const CHANNELS: Json = {
  ingestZmq: channel(['ingestZmq'], 'PULL', ['liveEvent'],
    'One frame is one event or an array of events as JSON or MessagePack. An optional first part {"source", "sequence", "encoding"} numbers the frames of a sender; gaps are counted as lostUpstream.'),
  ingestHttp: channel(['ingestHttp'], '/events', ['liveEvent'],
    'POST with a bearer token; application/json, application/cloudevents-batch+json, application/x-ndjson or application/msgpack. 202 names every refused line.'),
  ingestWebSocket: channel(['ingestWebSocket'], '/events', ['liveEvent'],
    'Each message is a frame; the reply to each is {"accepted", "rejected"}. Token in the Authorization header or as subprotocol livecue.token.<token>.'),
  panelWebSocket: channel(['panelWebSocket'], '/panel', ['panelCall', 'panelState'], 'State is pushed; verbs are called.'),
  panelStatePub: channel(['panelPub'], 'state', ['panelState'], 'PUB socket for the desktop: state.'),
  panelCallRouter: channel(['panelRouter'], 'call', ['panelCall'], 'ROUTER socket for the desktop: verbs.'),
  records: channel(['broker'], topics.records(AGENT), ['uplinkRecord'], 'QoS 1, one record a message.', agentParameter),
  ack: channel(['broker'], topics.ack(AGENT), ['uplinkAck'], 'Retained, QoS 1; written after the COMMIT of the receiver.', agentParameter),
  presence: channel(['broker'], topics.presence(AGENT), ['agentPresence'], 'Retained birth and will, QoS 1.', agentParameter),
  desiredConfig: channel(['broker'], fleetTopics.desiredConfig(AGENT), ['signedDocument'], 'Retained, QoS 1; signed by the key of uplink.fleetKey.', agentParameter),
  reportedConfig: channel(['broker'], fleetTopics.reportedConfig(AGENT), ['configReport'], 'Retained, QoS 1; at every change.', agentParameter),
  device: channel(['broker'], fleetTopics.device(AGENT), ['deviceReport'], 'Retained, QoS 1; every 15 s.', agentParameter),
  fleet: channel(['broker'], fleetTopics.fleet(AGENT), ['fleetList'], 'Retained, QoS 1; the answer to a report.', agentParameter),
  desiredModel: channel(['broker'], modelTopics.desired(AGENT, '{task}'), ['signedDocument'], 'Retained, QoS 1; signed by the key of uplink.fleetKey.', taskParameters),
  reportedModel: channel(['broker'], modelTopics.reported(AGENT, '{task}'), ['modelReport'], 'Retained, QoS 1; at every change.', taskParameters),
  modelChunk: channel(['broker'], modelTopics.chunk('{sha256}', '{index}'), ['modelChunk'], 'Retained, QoS 1; the same for all agents.', chunkParameters),
}; // prettier-ignore

const SERVERS: Json = {
  ingestZmq: { host: '127.0.0.1:7422', protocol: 'zmq', description: 'PULL; off loopback with CURVE only' },
  ingestHttp: { host: '127.0.0.1:7421', protocol: 'http' },
  ingestWebSocket: { host: '127.0.0.1:7421', protocol: 'ws' },
  panelWebSocket: { host: '127.0.0.1:7420', protocol: 'ws' },
  panelPub: { host: '127.0.0.1:7423', protocol: 'zmq' },
  panelRouter: { host: '127.0.0.1:7424', protocol: 'zmq' },
  broker: { host: '127.0.0.1:7425', protocol: 'mqtt', protocolVersion: '5.0', description: 'Embedded, or any MQTT 5 broker' },
}; // prettier-ignore

function operation(action: 'send' | 'receive', channelName: string, messageName: string): Json {
  return {
    action,
    channel: { $ref: `#/channels/${channelName}` },
    messages: [{ $ref: `#/channels/${channelName}/messages/${messageName}` }],
  };
}

/** AsyncAPI 3.0 from the agent's point of view: `send` leaves the agent, `receive` comes in. */
export function asyncApiDocument(): Json {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'LiveCue edge agent',
      version: '1.0.0',
      description: 'What comes into the agent, what panels see, and what leaves for the cloud. Ports are defaults.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: SERVERS,
    channels: CHANNELS,
    operations: {
      takeEventsZmq: operation('receive', 'ingestZmq', 'liveEvent'),
      takeEventsHttp: operation('receive', 'ingestHttp', 'liveEvent'),
      takeEventsWebSocket: operation('receive', 'ingestWebSocket', 'liveEvent'),
      takePanelCall: operation('receive', 'panelWebSocket', 'panelCall'),
      pushPanelState: operation('send', 'panelWebSocket', 'panelState'),
      takeDesktopCall: operation('receive', 'panelCallRouter', 'panelCall'),
      publishDesktopState: operation('send', 'panelStatePub', 'panelState'),
      sendRecord: operation('send', 'records', 'uplinkRecord'),
      takeAck: operation('receive', 'ack', 'uplinkAck'),
      sendPresence: operation('send', 'presence', 'agentPresence'),
      takeDesiredConfig: operation('receive', 'desiredConfig', 'signedDocument'),
      reportConfig: operation('send', 'reportedConfig', 'configReport'),
      reportDevice: operation('send', 'device', 'deviceReport'),
      takeFleet: operation('receive', 'fleet', 'fleetList'),
      takeDesiredModel: operation('receive', 'desiredModel', 'signedDocument'),
      reportModel: operation('send', 'reportedModel', 'modelReport'),
      takeModelChunk: operation('receive', 'modelChunk', 'modelChunk'),
    },
    components: { messages: MESSAGES },
  };
}
