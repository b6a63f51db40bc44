import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { isPlain } from './chat-endpoint.ts';

export const { status } = grpc;

export interface StreamRequest {
  readonly live_chat_id: string;
  readonly part: readonly string[];
  readonly max_results: number;
  readonly page_token?: string;
}

export interface ChatStream {
  /** Settles when the stream ends, with the status of gRPC (0 is OK); never rejects. */
  readonly ended: Promise<number>;
  cancel(): void;
}

const KEEP_ALIVE_MS = 60_000;

type StreamClient = grpc.Client & {
  StreamList(request: StreamRequest, metadata: grpc.Metadata): grpc.ClientReadableStream<object>;
};

/** Client of `streamList` at an endpoint that `requireSafe` passed. Opens nothing until a call. */
export function createChatClient(url: string, secret: { apiKey?: string; accessToken?: string }) {
  const metadata = new grpc.Metadata();
  if (secret.accessToken !== undefined) metadata.set('authorization', `Bearer ${secret.accessToken}`);
  else if (secret.apiKey !== undefined) metadata.set('x-goog-api-key', secret.apiKey);

  return {
    open(request: StreamRequest, onResponse: (response: object) => void): ChatStream {
      const credentials = isPlain(url) ? grpc.credentials.createInsecure() : grpc.credentials.createSsl();
      const client = new (streamClient())(new URL(url).host, credentials, { 'grpc.keepalive_time_ms': KEEP_ALIVE_MS, 'grpc.keepalive_timeout_ms': 20_000, 'grpc.enable_retries': 0 }); // prettier-ignore
      const call = client.StreamList(request, metadata);
      call.on('data', onResponse);
      const ended = new Promise<number>((resolve) => {
        call.on('error', (error: grpc.ServiceError) => resolve(error.code));
        call.on('end', () => resolve(grpc.status.OK));
      });
      return { ended: ended.finally(() => client.close()), cancel: () => call.cancel() };
    },
  };
}

let loaded: (new (...args: ConstructorParameters<typeof grpc.Client>) => StreamClient) | null = null;

/** Read once: the description does not change while we run. */
function streamClient() {
  loaded ??= (() => {
    const file = fileURLToPath(new URL('stream-list.proto', import.meta.url));
    const definition = loadSync(file, { keepCase: true, longs: String, enums: String, defaults: false, oneofs: false });
    const tree = grpc.loadPackageDefinition(definition) as unknown as {
      youtube: { api: { v3: { V3DataLiveChatMessageService: NonNullable<typeof loaded> } } };
    };
    return tree.youtube.api.v3.V3DataLiveChatMessageService;
  })();
  return loaded;
}
