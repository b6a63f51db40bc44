import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from './database.ts';

/** Messages of PostgreSQL's protocol, version 3.0: a letter, the length with itself, the body. */
function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const ENDED_BY_ADMINISTRATOR = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')); // prettier-ignore

test('a connection that breaks in the moment it is made is an error of the opening, and no end of the program', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // One packet: nobody can have begun to listen between the two.
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, ENDED_BY_ADMINISTRATOR])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await expect(openDatabase(`postgres://nobody@127.0.0.1:${port}/nothing`)).rejects.toThrow(`opening the database postgres://127.0.0.1:${port}/nothing: `); // prettier-ignore
});
