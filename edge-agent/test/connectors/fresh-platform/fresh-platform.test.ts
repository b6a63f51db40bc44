import { describeConformance, type ConformanceTarget } from '../conformance.ts';
import { describeOwnFixtures } from '../own-fixtures.ts';
import { overSockets } from '../socket-play.ts';
import { freshPlatform } from './connector.ts';
import { createDecoder } from './decoder.ts';

const FIXTURES = new URL('fixtures/', import.meta.url);
const AT_MS = Date.UTC(2026, 0, 15, 12, 29, 50);

const comment = (id: bigint | string) => JSON.stringify({ kind: 'comment', id: String(id), atMs: AT_MS, text: 'hi', user: { id: 'u', name: 'U' } }); // prettier-ignore

const target: ConformanceTarget<string | Uint8Array> = {
  factory: freshPlatform,
  configuration: { room: 'studio', access_token: 'good' },
  wrongConfiguration: { room: 'studio', access_token: 'secret-of-nobody' },
  open: overSockets({
    factory: freshPlatform,
    endpoints: (_http, ws) => ({ 'fresh-platform': ws }),
    refuses: (isWrong) => (isWrong ? 401 : null),
  }),
  kinds: [
    {
      case: 'comment',
      message: comment('a'),
      events: [
        {
          id: 'fresh-platform:a',
          source: 'live/fresh-platform/studio',
          type: 'live.comment.created',
          time: new Date(AT_MS).toISOString(),
          data: { identifier: 'a', text: 'hi', author: { identifier: 'u', name: 'U' }, isPaid: false },
        },
      ],
    },
  ],
  numbered: comment,
  unknown: '{"kind":"teapot"}',
  malformed: '{"kind":',
};

describeConformance(target);
describeOwnFixtures('fresh-platform', createDecoder, FIXTURES);
