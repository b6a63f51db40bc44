// Loaded before the agent's first file: `process.parentPort` of an Electron utility process on the channel of Node.
import { EventEmitter } from 'node:events';

const port = new EventEmitter();
process.on('message', (data) => port.emit('message', { data, ports: [] }));
process.parentPort = Object.assign(port, { postMessage: (message) => process.send(message) });
