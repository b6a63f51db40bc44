import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createHookRelay } from '../ingest/webhook-relay.ts';
import { InputError } from '../runtime/agent-error.ts';
import type { Command } from './command.ts';

const HELP = `livecue relay --token-file FILE [--host HOST] [--port PORT]

Runs on a machine that platforms can reach, behind a reverse proxy with TLS, for an agent that they cannot.
Platforms post to /hooks/<connector>/<name>; the agent fetches their requests from inside and answers them
itself. Nothing is stored: while no agent asks, platforms are answered 503 and repeat.

In the agent: "ingest": {"hooksRelay": "https://…"} in config.json, and the same token under
{"connectors": {"hooks-relay": {"token": "…"}}} in connector-secrets.json.

  --token-file FILE  what the agent must show: one line, 16 characters or more
  --host HOST        address to listen on (default 127.0.0.1)
  --port PORT        port to listen on (default 7427)
  -h, --help         this text

Example: livecue relay --token-file relay-token --port 7427
`;

/** 抖音 waits two seconds; an agent that has not answered by then would come too late. */
const HOLD_MS = 1_900;
const LONGEST_WAIT_MS = 30_000;

/** Exit code 0 stopped, 1 it could not run, 2 the call was wrong. */
export const relay: Command = async (args, io) => {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        'token-file': { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '7427' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    io.stderr.write(`livecue relay: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    io.stdout.write(HELP);
    return 0;
  }
  const port = Number(values.port);
  if (values['token-file'] === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
    io.stderr.write(`livecue relay: give --token-file, and a --port from 0 to 65535\n\n${HELP}`);
    return 2;
  }
  const token = readToken(values['token-file']);
  const service = createHookRelay({ host: values.host, port, token, holdMs: HOLD_MS, longestWaitMs: LONGEST_WAIT_MS });
  await service.start(io.signal);
  io.stderr.write(`The relay listens on ${service.url}. Ctrl-C stops it.\n`);
  // An abort ends the wait; that is the way out, not a failure.
  while (!io.signal.aborted) await delay(60_000, undefined, { signal: io.signal }).catch(() => undefined);
  await service.stop();
  return 0;
};

function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new InputError(`Reading the token ${file}: ${(error as NodeJS.ErrnoException).code}. Check the path after --token-file.`, { cause: error }); // prettier-ignore
  }
  if (!/^[\w~+/.=-]{16,256}$/.test(token)) {
    throw new InputError(`Reading the token ${file}: expected one line of 16 to 256 letters, digits and ~+/.=-_.`);
  }
  return token;
}
