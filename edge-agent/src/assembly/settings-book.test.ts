import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSettingsBook, type Restart } from './settings-book.ts';
import { checkSettings } from './settings-check.ts';

let folder: string;
let words: string[];
let nowMs = 0;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'livecue-settings-'));
  words = [];
  nowMs = 1_777_593_600_000;
});
afterEach(() => rmSync(folder, { recursive: true }));

const note = (text: string) => void words.push(text);
const open = (secrets: Record<string, Record<string, unknown>> = {}) =>
  openSettingsBook({ nowMs: () => nowMs, logger: { debug: note, info: note, warn: note, error: note }, check: (settings, depth) => checkSettings(settings, (name) => secrets[name] ?? {}, depth) }, { file: path.join(folder, 'config.json'), folder }, {}); // prettier-ignore
const onDisk = () => JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as unknown;
const now: Restart = (change) => change(0.01);
const cards = (cardsPer10Min: number) => ({ advise: { cardsPer10Min } });
const BY = { by: 'admin · desk', note: 'calmer' };

describe('settings in force and their versions', () => {
  test('a change is a version on trial with author and note; well for its time, it is applied', async () => {
    const book = await open();
    expect((await book.starting()).advise.cardsPer10Min).toBe(4);
    const basis = await book.basis();
    expect(await book.preview(cards(3))).toMatchObject({ problems: [], changes: [{ path: 'advise.cardsPer10Min', before: '4', after: '3' }] }); // prettier-ignore
    expect(await book.apply(cards(3), basis, BY, now)).toMatchObject({ version: 2, reason: null, waits: false });
    expect(onDisk()).toEqual(cards(3));
    expect((await book.starting()).advise.cardsPer10Min).toBe(3);
    book.trialBegins(nowMs + 60_000);
    expect(book.state).toMatchObject({ trial: { number: 2, untilMs: nowMs + 60_000 }, last: null });
    await book.confirm();
    expect(book.state).toMatchObject({ trial: null, last: { state: 'applied', number: 2 } });
    expect(await book.versions()).toMatchObject([
      { number: 2, by: BY.by, note: BY.note, inForce: true, takenBack: null },
      { number: 1, by: '', inForce: false },
    ]);
  });

  test('what is not well is taken back to the last that was, with the reason at its version', async () => {
    const book = await open();
    await book.starting();
    await book.apply(cards(3), null, BY, now);
    await book.starting();
    await book.confirm();
    await book.apply(cards(2), null, BY, now);
    await book.starting();
    // Another change before the trial is over: the way back leads to the one that proved itself.
    await book.apply(cards(1), null, BY, now);
    // The agent that still runs has the one before it: nothing is known of this one.
    await book.confirm();
    expect(book.state.trial).toMatchObject({ number: 4 });
    expect((await book.starting()).advise.cardsPer10Min).toBe(1);
    expect(await book.rollBack('the panel does not answer')).toBe(true);
    expect(onDisk()).toEqual(cards(3));
    expect((await book.starting()).advise.cardsPer10Min).toBe(3);
    expect(book.state).toMatchObject({ trial: null, last: { state: 'taken-back', number: 4, reason: 'the panel does not answer' } }); // prettier-ignore
    const versions = await book.versions();
    expect(versions.map(({ number, inForce, takenBack }) => [number, inForce, takenBack])).toEqual([[4, false, 'the panel does not answer'], [3, false, null], [2, true, null], [1, false, null]]); // prettier-ignore
    expect(await book.rollBack('again')).toBe(false);
    // A later change does not keep what is in force once more.
    await book.apply(cards(5), null, BY, now);
    expect((await book.versions())[0]).toMatchObject({ number: 5 });
  });

  test('an agent that dies twice with them before they proved themselves gets those before; one that was ended in order does not count', async () => {
    const book = await open();
    await book.starting();
    await book.apply(cards(3), null, BY, now);
    for (let n = 0; n < 4; n++) {
      expect((await (await open()).starting()).advise.cardsPer10Min).toBe(n < 2 ? 3 : 4);
      // The process is gone without a word.
    }
    expect((await open()).state.last).toMatchObject({
      state: 'taken-back',
      reason: expect.stringContaining('2 times'),
    });
    const other = await open();
    await other.starting();
    await other.apply(cards(2), null, BY, now);
    for (let n = 0; n < 4; n++) {
      const again = await open();
      expect((await again.starting()).advise.cardsPer10Min).toBe(2);
      await again.stoppedWell();
    }
  });

  test('nothing is changed on another state than the one looked at, nor with problems, nor when nothing changes', async () => {
    const book = await open();
    await book.starting();
    const basis = await book.basis();
    expect(await book.apply(cards(11), basis, BY, now)).toMatchObject({ reason: 'problems', problems: [{ path: 'advise.cardsPer10Min' }] }); // prettier-ignore
    expect(await book.apply({ advise: { cards: 1 } }, basis, BY, now)).toMatchObject({ problems: [{ path: 'advise.cards' }] }); // prettier-ignore
    expect(await book.apply(cards(4), basis, BY, now)).toMatchObject({ reason: 'nothing-changes' });
    expect(await book.apply(cards(3), 'another', BY, now)).toMatchObject({ reason: 'changed-meanwhile' });
    expect(await book.apply(cards(3), basis, BY, async () => false)).toMatchObject({ reason: 'agent-ends' });
    expect(readdirSync(folder)).toEqual([]);
    expect(book.onTrial).toBe(false);
  });

  test('a change waits for the end of the show, over a restart; it is given up when the settings are others by then', async () => {
    const book = await open();
    await book.starting();
    expect(await book.apply(cards(3), await book.basis(), BY, null)).toMatchObject({ version: null, waits: true });
    expect(book.due(true)).toBe(false);
    const later = await open();
    await later.starting();
    expect(later.due(false)).toBe(true);
    expect(later.state.waiting).toMatchObject({ ...BY, settings: cards(3) });
    expect(await later.beginWaiting(null)).toBe(true);
    expect([onDisk(), later.state.waiting]).toEqual([cards(3), null]);
    await later.starting();
    await later.confirm();
    await later.apply(cards(2), null, BY, null);
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify(cards(6)));
    expect(await later.beginWaiting(null)).toBe(false);
    expect(later.state).toMatchObject({ waiting: null, last: { state: 'dropped', reason: 'the settings were changed meanwhile' } }); // prettier-ignore
    await later.apply(cards(2), null, BY, null);
    await later.dropWaiting();
    expect(later.state).toMatchObject({ waiting: null, last: { state: 'dropped', reason: null } });
  });

  test('what somebody wrote by hand is kept as a version before it is replaced; what is none stops no agent that ran', async () => {
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify(cards(7)));
    const book = await open();
    expect((await book.starting()).advise.cardsPer10Min).toBe(7);
    await book.apply(cards(3), null, BY, now);
    expect(await book.readVersion(1)).toEqual(cards(7));
    await book.starting();
    await book.confirm();
    writeFileSync(path.join(folder, 'config.json'), '{"advise": ');
    expect((await book.starting()).advise.cardsPer10Min).toBe(3);
    expect(words.at(-1)).toContain('not valid JSON');
    await expect((await open()).starting()).rejects.toMatchObject({ code: 'configuration' });
    writeFileSync(path.join(folder, 'config.json'), '{"advise": {"cards": 3}}');
    await expect((await open()).starting()).rejects.toThrow(/advise.cards: there is no such key/);
  });
});
