/** Node-RED as a service without editor; function nodes keep what they must on disk, written each second. */
const folder = process.env.PEER_FOLDER;

module.exports = {
  uiPort: Number(process.env.PEER_UI_PORT),
  uiHost: '127.0.0.1',
  httpAdminRoot: false,
  httpNodeRoot: false,
  userDir: folder,
  flowFile: require('node:path').join(__dirname, 'flow.json'),
  credentialSecret: false,
  mqttReconnectTime: 1000,
  contextStorage: {
    default: { module: 'memory' },
    disk: { module: 'localfilesystem', config: { dir: folder, flushInterval: 1 } },
  },
  functionGlobalContext: {
    zeromq: require('zeromq'),
    windows: require('./windows.cjs'),
  },
  logging: { console: { level: 'warn' } },
};
