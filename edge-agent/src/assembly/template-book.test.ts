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
  expect(saved).toEqual({ advise: { cardsPer10Min: 2 }, sources: { one: true, old: true } });
  const now = { agentId: 'b', room: { name: '店' }, advise: { patronSpend: '5.00' }, connectors: [source('one', false), source('new', false)] }; // prettier-ignore
  expect(withTemplate(now, saved)).toEqual({
    document: { agentId: 'b', room: { name: '店' }, advise: { cardsPer10Min: 2 }, connectors: [source('one', true), source('new', false)] },
    gone: ['old'],
  }); // prettier-ignore
  // Rules that were the defaults are the defaults again.
  expect(withTemplate(now, templateOf({})).document).not.toHaveProperty('advise');
  expect(withTemplate({}, templateOf({}))).toEqual({ document: {}, gone: [] });
});
