/**
 * What the function node of the flow calls: counts events by second of event time, and keeps closed windows in the
 * node's context until the MQTT node has told that the broker took them. Plain Node-RED has no queue for that: its
 * MQTT node drops what comes while it is not connected.
 */
const CLOSE_EVERY_MS = 1_000;
const AGAIN_AFTER_MS = 5_000;

/** `store` is the name of the context store on disk. */
exports.createWindows = function createWindows({ zeromq, endpoint, context, store, send, error }) {
  const boot = Date.now();
  let made = 0;
  let seconds = new Map();
  let products = new Map();
  let queue = context.get('queue', store) ?? [];
  let sentMs = 0;

  const socket = new zeromq.Pull({ receiveHighWaterMark: 1000 });

  const add = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
  const productOf = ({ product, productID, orderedItem }) =>
    product?.productID ?? productID ?? orderedItem?.[0]?.productID;

  const count = (frame) => {
    for (const event of JSON.parse(frame.toString('utf8'))) {
      add(seconds, event.time.slice(0, 19));
      const product = productOf(event.data);
      if (product !== undefined) add(products, product);
    }
  };

  const sendHead = () => {
    if (queue.length === 0) return;
    sentMs = Date.now();
    send({ payload: JSON.stringify(queue[0]), windowId: queue[0].id });
  };

  const close = () => {
    if (seconds.size > 0) {
      queue.push({
        id: `${boot}-${++made}`,
        seconds: Object.fromEntries(seconds),
        products: Object.fromEntries(products),
      });
      seconds = new Map();
      products = new Map();
      context.set('queue', queue, store);
      if (queue.length === 1) sendHead();
    }
    if (Date.now() - sentMs > AGAIN_AFTER_MS) sendHead();
  };

  const read = async () => {
    await socket.bind(endpoint);
    for await (const [frame] of socket) count(frame);
  };
  read().catch(error);
  const timer = setInterval(close, CLOSE_EVERY_MS);

  return {
    /** The broker has it. */
    done(windowId) {
      if (queue[0]?.id !== windowId) return;
      queue = queue.slice(1);
      context.set('queue', queue, store);
      sendHead();
    },
    stop() {
      clearInterval(timer);
      socket.close();
    },
  };
};
