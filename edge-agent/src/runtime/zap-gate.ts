import { Router, type Context } from 'zeromq';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** Z85 text (ZeroMQ RFC 32) → bytes: 5 characters are one 32-bit number, base 85, highest digit first. */
export function decodeZ85(text: string): Buffer {
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let i = 0; i < text.length; i += 5) {
    let word = 0;
    for (const char of text.slice(i, i + 5)) word = word * 85 + ALPHABET.indexOf(char);
    bytes.writeUInt32BE(word, (i / 5) * 4);
  }
  return bytes;
}

export interface ZapGate {
  open(): Promise<void>;
  close(): void;
}

/**
 * Decides who may finish a CURVE handshake in `context` (ZeroMQ RFC 27): the holder of one client key.
 * Without it libzmq lets in whoever knows the server's public key.
 */
export function createZapGate(context: Context, clientPublicKey: string): ZapGate {
  const allowed = decodeZ85(clientPublicKey);
  const socket = new Router({ context, linger: 0 });
  async function serve(): Promise<void> {
    for await (const frames of socket) {
      // identity, empty, version, request id, domain, address, identity, mechanism, credentials…
      const [peer, empty, version, requestId, , , , mechanism, key] = frames;
      if (peer === undefined || empty === undefined || version === undefined || requestId === undefined) continue;
      const ok = mechanism?.toString() === 'CURVE' && key !== undefined && key.equals(allowed);
      await socket.send([
        peer,
        empty,
        version,
        requestId,
        ok ? '200' : '400',
        ok ? 'OK' : 'key not known',
        ok ? 'known' : '',
        '',
      ]);
    }
  }
  return {
    async open() {
      await socket.bind('inproc://zeromq.zap.01');
      // Ends when the socket closes; a failed send to a vanished peer closes the gate, and then nobody gets in.
      serve().catch(() => socket.close());
    },
    close: () => socket.close(),
  };
}
