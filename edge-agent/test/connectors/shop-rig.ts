import { Agent, request as httpRequest } from 'node:http';
import type { WireAnswer, WireInput } from '../../src/ingest/connector.ts';
import type { MountedHook } from '../../src/ingest/webhook-router.ts';
import { createWebhookSource } from '../../src/ingest/webhook-source.ts';
import { TEST_PORTS } from './golden.ts';

const CONCURRENT = 64;

/** A server for hooks on 127.0.0.1, and the shops' side: what posts to it. */
export interface HookServer {
  readonly url: URL;
  post(request: WireInput): Promise<WireAnswer>;
  postAll(requests: readonly WireInput[]): Promise<WireAnswer[]>;
  close(): Promise<void>;
}

export async function openHookServer(hooks: readonly MountedHook[], requestTimeoutMs = 5000): Promise<HookServer> {
  const logs: string[] = [];
  const log = (message: string) => void logs.push(message);
  const logger = { debug: log, info: log, warn: log, error: log };
  const source = createWebhookSource({ nowMs: TEST_PORTS.nowMs, logger, hooks }, { host: '127.0.0.1', port: 0, requestTimeoutMs, stopDeadlineMs: 500 }); // prettier-ignore
  await source.start(new AbortController().signal);
  const url = new URL(source.health(0).endpoint);
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENT });

  const post = ({ method = 'POST', path = '/', query = {}, headers = {}, bytes }: WireInput) =>
    new Promise<WireAnswer>((resolve, reject) => {
      const search = new URLSearchParams(query).toString();
      const outgoing = httpRequest({
        agent, host: url.hostname, port: url.port, method,
        path: search === '' ? path : `${path}?${search}`,
        headers: { ...headers, 'content-length': bytes?.length ?? 0 },
      }); // prettier-ignore
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') })); // prettier-ignore
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(bytes);
    });

  return {
    url,
    post,
    async postAll(requests) {
      const answers: WireAnswer[] = [];
      let next = 0;
      const worker = async () => {
        while (next < requests.length) {
          const index = next++;
          answers[index] = await post(requests[index]!);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENT }, worker));
      return answers;
    },
    async close() {
      agent.destroy();
      await source.stop();
      if (logs.length > 0) throw new Error(`the hook server logged: ${logs[0]}`);
    },
  };
}
