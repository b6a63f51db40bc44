import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ControlState, ControlVerb } from '@livecue/shared/contract';
import type { Press } from './control-desk.ts';
import { card, fakeGate, fakeRoom, HOST, memoryFile, OPERATOR, START_MS } from './control-fixture.ts';
import { parsePress } from './press.ts';

const press = (verb: Press['verb'], value: string | null = null, of: string | null = null): Press => ({ verb, value, card: of }); // prettier-ignore

describe('presses on the active card', () => {
  test('done, not now and mute act on the card that is there', async () => {
    const room = fakeRoom();
    for (const [verb, panelVerb] of [['done', 'prompt.done'], ['not-now', 'prompt.snooze'], ['mute', 'prompt.mute']] as const) {
      room.stage = { active: card(`c-${verb}`), next: [], queued: [] };
      room.wait(500);
      expect(await room.desk.press(HOST, press(verb))).toMatchObject({ ok: true, did: true });
      expect(room.calls.at(-1)).toEqual({ by: 'Pedal', verb: panelVerb, args: { promptId: `c-${verb}` } });
    }
    room.wait(500);
    expect(await room.desk.press(HOST, press('done'))).toMatchObject({ did: false, reason: 'no-card' });
  }); // prettier-ignore

  test('a button that bounces closes one card: the one behind it is too young', async () => {
    const room = fakeRoom();
    room.stage = { active: card('a'), next: [card('b')], queued: [] };
    room.wait(500);
    expect(await room.desk.press(OPERATOR, press('done'))).toMatchObject({ did: true });
    room.nowMs += 20;
    expect(await room.desk.press(OPERATOR, press('done'))).toMatchObject({ did: false, reason: 'repeated' });
    room.wait(200);
    // Another button of the same desk, in the same moment.
    expect(await room.desk.press(HOST, press('done'))).toMatchObject({ did: false, reason: 'just-came' });
    expect(room.stage.active?.promptId).toBe('b');
    room.wait(400);
    expect(await room.desk.press(HOST, press('done'))).toMatchObject({ did: true });
    expect(room.stage.active).toBeNull();
  });

  test('with the id of its card a press is for that card alone, however young, and a second one finds it gone', async () => {
    const room = fakeRoom();
    room.stage = { active: card('a'), next: [card('b')], queued: [] };
    expect(await room.desk.press(OPERATOR, press('done', null, 'a'))).toMatchObject({ did: true });
    room.nowMs += 1000;
    expect(await room.desk.press(OPERATOR, press('done', null, 'a'))).toMatchObject({ did: false, reason: 'gone' });
    expect(room.stage.active?.promptId).toBe('b');
  });

  test('whatever is pressed when, no card goes that was there for less than 400 ms', async () => {
    const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.boolean()), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(times, async (steps) => {
        const room = fakeRoom();
        let n = 0;
        let sinceMs = room.nowMs;
        const refill = () => {
          if (room.stage.next.length === 0) room.stage = { ...room.stage, next: [card(`c${n++}`)] };
          if (room.stage.active !== null) return;
          room.stage = { ...room.stage, active: room.stage.next[0]!, next: [] };
          sinceMs = room.nowMs;
        };
        for (const [waitMs, byHost] of steps) {
          refill();
          room.wait(waitMs);
          const before = room.stage.active?.promptId;
          await room.desk.press(byHost ? HOST : OPERATOR, press('done'));
          if (room.stage.active?.promptId === before) continue;
          expect(room.nowMs - sinceMs).toBeGreaterThanOrEqual(400);
          sinceMs = room.nowMs;
        }
      }),
    );
  });
});

describe('other presses', () => {
  test('hold is set, taken back and turned over; the kill switch is only set', async () => {
    const room = fakeRoom();
    const held = async (value: string | null) => {
      await room.desk.press(OPERATOR, press('hold', value));
      room.nowMs += 1000;
      return room.stage.hold;
    };
    expect([await held('on'), await held('1'), await held('off'), await held(null), await held('toggle')]).toEqual([true, true, false, true, false]); // prettier-ignore
    expect(await room.desk.press(OPERATOR, press('kill'))).toMatchObject({ ok: false, code: 'bad-value' });
    expect(await room.desk.press(OPERATOR, press('kill', 'on'))).toMatchObject({ did: true });
    expect(room.desk.state()).toMatchObject({ kill: true, quiet: true, text: { en: 'Cues stopped' } });
  });

  test('a preset by number or id; one that is not there names those that are', async () => {
    const room = fakeRoom();
    await room.desk.press(OPERATOR, press('preset', '2'));
    await room.desk.press(OPERATOR, press('preset', 'slower'));
    expect(room.calls.map(({ args }) => args)).toEqual([{ presetId: 'next' }, { presetId: 'slower' }]);
    expect(await room.desk.press(OPERATOR, press('preset', '3'))).toMatchObject({ code: 'not-found', words: 'preset needs a number from 1 to 2, or one of slower, next.' }); // prettier-ignore
    expect(await room.desk.press(OPERATOR, press('clear'))).toMatchObject({ did: true });
  });

  test('next and previous go by link numbers and stop at the ends, also before the room knows the last one', async () => {
    const room = fakeRoom();
    const told = async (verb: 'next' | 'previous') => {
      room.nowMs += 200;
      const answer = await room.desk.press(OPERATOR, press(verb));
      return answer.ok && answer.did ? (room.calls.at(-1)?.args as { productId: string }).productId : null;
    };
    expect([await told('next'), await told('next'), await told('next'), await told('next')]).toEqual(['p3', 'p5', 'p8', null]); // prettier-ignore
    expect([await told('previous'), await told('previous')]).toEqual(['p5', 'p3']);
    // Later the platform said something else.
    room.nowMs += 5_000;
    room.facts = { ...room.facts, explaining: 'p8' };
    expect([await told('previous')]).toEqual(['p5']);
  });

  test('explain and pin name a product by its link number, pin else the one of the card', async () => {
    const room = fakeRoom();
    await room.desk.press(OPERATOR, press('explain', '5'));
    await room.desk.press(OPERATOR, press('explain', 'none'));
    await room.desk.press(OPERATOR, press('pin', '8'));
    room.stage = { active: card('a'), next: [], queued: [] };
    room.wait(500);
    await room.desk.press(OPERATOR, press('pin'));
    expect(room.calls.map(({ args }) => (args as { productId: string }).productId)).toEqual(['p5', null, 'p8', 'p3']);
    room.stage = { active: card('b', { productId: null }), next: [], queued: [] };
    room.wait(500);
    expect(await room.desk.press(OPERATOR, press('pin'))).toMatchObject({ did: false, reason: 'no-product' });
    expect(await room.desk.press(OPERATOR, press('explain', '7'))).toMatchObject({ ok: false, code: 'not-found' });
  });

  test('a host’s token may what a host may, and is told so', async () => {
    const room = fakeRoom();
    for (const one of [press('hold', 'on'), press('kill', 'on'), press('preset', '1'), press('clear'), press('next'), press('explain', '3')])
      expect(await room.desk.press(HOST, one)).toMatchObject({ ok: false, code: 'forbidden' });
    expect(room.calls).toEqual([]);
  }); // prettier-ignore
});

test('the state is what the schema says, and its line what matters most', () => {
  const room = fakeRoom();
  const line = () => ControlState.parse(room.desk.state()).text.zh;
  expect(line()).toBe('无提示');
  room.stage = { active: null, next: [], queued: [], hold: true, quiet: 'do-not-disturb' };
  expect(line()).toBe('勿扰');
  room.facts = { ...room.facts, feed: 'stale' };
  expect(line()).toBe('数据暂停');
  room.stage = { active: card('a'), next: [card('b')], queued: [card('c'), card('d')] };
  room.facts = { ...room.facts, explaining: 'p5' };
  room.nowMs = START_MS + 7_001;
  expect(line()).toBe('12 人问尺码 38 秒');
  expect(room.desk.state()).toMatchObject({ next: 1, queued: 2, card: { id: 'a', secondsLeft: 38, linkNumber: 3 }, explaining: { linkNumber: 5, name: { en: 'Blue cup' } } }); // prettier-ignore
});

test('a press as its sender wrote it becomes one of ours or a refusal; nothing throws', () => {
  expect(parsePress({ verb: 'hold', value: true })).toEqual(press('hold', 'on'));
  expect(parsePress({ verb: 'preset', value: 2, card: '' })).toEqual(press('preset', '2'));
  expect(parsePress({ verb: 'explode' })).toMatchObject({ code: 'unknown-verb', words: expect.stringContaining('done, not-now') }); // prettier-ignore
  expect(parsePress({ verb: 'preset', value: ['a'] })).toMatchObject({ code: 'bad-value' });
  expect(parsePress({ verb: 'done', card: 'x'.repeat(200) })).toMatchObject({ code: 'bad-value' });
  fc.assert(
    fc.property(fc.anything(), fc.anything(), fc.anything(), (verb, value, of) => {
      const read = parsePress({ verb, value, card: of });
      expect('code' in read || ControlVerb.options.includes(read.verb)).toBe(true);
    }),
  );
});

describe('tokens', () => {
  test('are kept as hashes, told once, listed without them, and gone when removed', async () => {
    const { book, gate, file } = await fakeGate(() => START_MS);
    const made = (await book.add({ name: 'Stream Deck', role: 'operator', days: null }))!;
    expect(made.token).toMatch(/^[\w-]{32}$/);
    expect(JSON.stringify(file.value)).not.toContain(made.token);
    expect(book.list()).toEqual([{ tokenId: made.tokenId, name: 'Stream Deck', role: 'operator', createdMs: START_MS, expiresMs: null, usedMs: null }]); // prettier-ignore
    expect(gate.enter(made.token, 'a')).toMatchObject({ ok: true, who: { name: 'Stream Deck', role: 'operator' } });
    expect(book.list()[0]?.usedMs).toBe(START_MS);
    // Another start reads them again.
    const again = await fakeGate(() => START_MS, memoryFile(file.value));
    expect(again.book.holds(made.token)).toBe(true);
    expect([await book.remove(made.tokenId), await book.remove(made.tokenId)]).toEqual([true, false]);
    expect(gate.enter(made.token, 'a')).toMatchObject({ ok: false, code: 'wrong-token' });
  });

  test('expire by the day, and say so', async () => {
    let nowMs = START_MS;
    const { book, gate } = await fakeGate(() => nowMs);
    const { token } = (await book.add({ name: 'a', role: 'host', days: 2 }))!;
    nowMs += 2 * 86_400_000 - 1;
    expect(gate.enter(token, 'a').ok).toBe(true);
    nowMs += 1;
    expect(gate.enter(token, 'a')).toMatchObject({ code: 'expired' });
    expect(book.holds(token)).toBe(false);
  });

  test('wrong ones lock their address out, and not a right one beside them', async () => {
    const { book, gate } = await fakeGate(() => START_MS);
    const { token } = (await book.add({ name: 'a', role: 'host', days: null }))!;
    const codes = Array.from({ length: 7 }, (_, i) => gate.enter(`wrong${i}`, '10.0.0.2')).map((entry) => !entry.ok && entry.code); // prettier-ignore
    expect(codes).toEqual([...Array<string>(5).fill('wrong-token'), 'locked', 'locked']);
    expect(gate.enter(token, '10.0.0.2').ok).toBe(true);
    expect(gate.enter('', 'x')).toMatchObject({ code: 'no-token' });
  });

  test('have 30 calls at once and 15 a second', async () => {
    let nowMs = START_MS;
    const { book, gate } = await fakeGate(() => nowMs);
    const { token } = (await book.add({ name: 'a', role: 'host', days: null }))!;
    const passed = () => Array.from({ length: 100 }, () => gate.enter(token, 'a')).filter(({ ok }) => ok).length;
    expect(passed()).toBe(30);
    nowMs += 1000;
    expect(passed()).toBe(15);
    expect(gate.enter(token, 'a')).toMatchObject({ code: 'too-fast', retryAfterMs: 67 });
  });

  test('in a file that cannot be read are kept aside, and nobody is let in', async () => {
    const file = memoryFile({ version: 1, tokens: [{ name: 'x', hash: 'secret-thing' }] });
    const { book, words } = await fakeGate(() => START_MS, file);
    expect(book.list()).toEqual([]);
    expect(file.kept).toBeDefined();
    expect(words.join()).toMatch(/cannot be read .* elsewhere/);
    expect(words.join()).not.toContain('secret-thing');
  });

  test('are at most fifty', async () => {
    const { book } = await fakeGate(() => START_MS);
    for (let i = 0; i < 50; i++) expect(await book.add({ name: `n${i}`, role: 'host', days: null })).not.toBeNull();
    expect(await book.add({ name: 'more', role: 'host', days: null })).toBeNull();
  });
});
