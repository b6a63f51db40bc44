import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Catalogue, TEMPLATES_MAX } from '@livecue/shared/contract';
import { openTemplateBook, templateOf, withTemplate } from './template-book.ts';

const folders: string[] = [];
const folder = () => {
  folders.push(mkdtempSync(path.join(tmpdir(), 'livecue-templates-')));
  return folders.at(-1)!;
};
afterEach(() => folders.splice(0).forEach((one) => rmSync(one, { recursive: true })));

const EMPTY = Catalogue.parse({ products: [] });
const template = (name: string, savedMs = 1) => ({ name, savedMs, by: 'admin · desk', sources: {}, advise: {}, catalogue: EMPTY }); // prettier-ignore
const names = async (book: ReturnType<typeof openTemplateBook>) => (await book.read()).map(({ name }) => name);

test('templates are saved, renamed, removed and read again by the next start; the last change can be taken back once', async () => {
  const at = folder();
  const book = openTemplateBook(at, () => 5);
  const [day, night] = [await book.save(template('day')), await book.save(template('night', 2))];
  expect(await names(book)).toEqual(['night', 'day']);
  expect(await book.rename(day!, 'night', 'x')).toBe(false);
  expect(await book.rename(day!, 'noon', 'x')).toBe(true);
  expect(await book.remove(night!, 'x')).toBe(true);
  expect(await book.remove(night!, 'x')).toBe(false);
  expect(await names(openTemplateBook(at, () => 5))).toEqual(['noon']);
  expect(await book.undo('x')).toBe(true);
  expect(await book.undo('x')).toBe(false);
  expect(await names(openTemplateBook(at, () => 5))).toEqual(['night', 'noon']);
});

test('no more are kept than a file of the whole setup can hold', async () => {
  const book = openTemplateBook(folder(), () => 5);
  const faq = Array.from({ length: 1_000 }, (_, n) => ({ factId: `f${n}`, answer: 'x'.repeat(3_900) }));
  const large = { ...template('large'), catalogue: Catalogue.parse({ products: [], faq }) };
  expect(await book.save(large)).not.toBeNull();
  expect(await book.save({ ...large, name: 'two' })).not.toBeNull();
  expect(await book.save({ ...large, name: 'three' })).toBeNull();
  // In place of one of them is no more than before.
  expect(await book.save({ ...large, savedMs: 9 })).not.toBeNull();
  expect(await names(book)).toEqual(['large', 'two']);
});

test('what was changed last is told and can be taken back by the next start too; an import of all at once as well, and once', async () => {
  const at = folder();
  await openTemplateBook(at, () => 5).save({ ...template('day'), by: 'admin · desk' });
  const file = { version: 1, templates: [{ ...template('far', 7), templateId: '0123456789ab' }] };
  const book = openTemplateBook(at, () => 6);
  expect(book.undoable()).toEqual({ atMs: 5, by: 'admin · desk', imported: false });
  await book.replace(file, 'admin · tablet');
  expect(await names(book)).toEqual(['far']);
  // The same once more is no change, and hides none.
  await book.replace(file, 'x');
  const next = openTemplateBook(at, () => 8);
  expect(next.undoable()).toEqual({ atMs: 6, by: 'admin · tablet', imported: true });
  expect(await next.undo('x')).toBe(true);
  expect([await names(next), next.undoable(), await next.undo('x')]).toEqual([['day'], null, false]);
  await expect(next.replace({ version: 1, templates: [{ name: 'x' }] }, 'x')).rejects.toThrow(/Taking templates: templates\.0/);
  expect(await names(next)).toEqual(['day']);
}); // prettier-ignore

test('a template of the same name is replaced; beyond the most that are kept none is added', async () => {
  const book = openTemplateBook(folder(), () => 5);
  await Promise.all(Array.from({ length: TEMPLATES_MAX }, (_, n) => book.save(template(`t${n}`, n))));
  expect((await book.read()).length).toBe(TEMPLATES_MAX);
  expect(await book.save(template('one more'))).toBeNull();
  expect(await book.save(template('t3', 99))).not.toBeNull();
  expect((await book.read()).map(({ name, savedMs }) => [name, savedMs])[0]).toEqual(['t3', 99]);
  expect((await book.read()).length).toBe(TEMPLATES_MAX);
});

test('a file that somebody broke is told with its key, and not written over', async () => {
  const at = folder();
  const file = path.join(at, 'templates.json');
  const broken = JSON.stringify({ version: 1, templates: [{ ...template('x'), templateId: 'no' }] });
  writeFileSync(file, broken);
  const book = openTemplateBook(at, () => 5);
  await expect(book.save(template('y'))).rejects.toThrow(/templates\.0\.templateId/);
  expect(readFileSync(file, 'utf8')).toBe(broken);
});

const source = (name: string, enabled: boolean) => ({ connector: 'twitch-irc', name, enabled, settings: {}, endpoints: {} }); // prettier-ignore

test('a template switches its sources and brings its rules; all else of the settings stays', () => {
  const saved = templateOf({ agentId: 'a', advise: { cardsPer10Min: 2 }, connectors: [source('one', true), source('old', true)] }); // prettier-ignore
  expect(saved).toEqual({
    advise: { cardsPer10Min: 2 },
    hotkeys: {},
    hostScreen: {},
    sources: { one: true, old: true },
  });
  const now = { agentId: 'b', room: { name: '店' }, advise: { patronSpend: '5.00' }, connectors: [source('one', false), source('new', false)] }; // prettier-ignore
  expect(withTemplate(now, saved)).toEqual({
    document: { agentId: 'b', room: { name: '店' }, advise: { cardsPer10Min: 2 }, connectors: [source('one', true), source('new', false)] },
    gone: ['old'],
  }); // prettier-ignore
  // Rules that were the defaults are the defaults again.
  expect(withTemplate(now, templateOf({})).document).not.toHaveProperty('advise');
  expect(withTemplate({}, templateOf({}))).toEqual({ document: {}, gone: [] });
});

test('keys and the look of host screens come back; a template of a version that kept none leaves them', () => {
  const saved = templateOf({ hotkeys: { done: 'F13' }, hostScreen: { distanceM: 3 } });
  const now = { hotkeys: { done: 'F14', mute: 'F15' }, advise: { cardsPer10Min: 2 } };
  expect(withTemplate(now, saved).document).toEqual({ hotkeys: { done: 'F13' }, hostScreen: { distanceM: 3 } });
  expect(withTemplate(now, templateOf({})).document).toEqual({});
  expect(withTemplate(now, { sources: {}, advise: {} }).document).toEqual({ hotkeys: now.hotkeys });
});
