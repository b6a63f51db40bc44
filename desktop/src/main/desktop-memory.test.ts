import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBoundedLog } from './bounded-log.ts';
import { openMemory } from './desktop-memory.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'livecue-memory-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const never = (line: string) => expect.unreachable(line);
const place = { bounds: { x: 1, y: 2, width: 3, height: 4 }, maximized: true };

describe('what the desktop remembers', () => {
  test('is there after a restart, and readable by its owner alone', () => {
    const file = join(folder, 'a', 'desktop.json');
    const first = openMemory(file, never);
    first.place('one screen', 'operator', place);
    first.place('one screen', 'host', { ...place, maximized: false });
    first.change({ hostClickThrough: true, hotkeys: { done: 'F13' } });
    first.flush();
    const again = openMemory(file, never);
    expect(again.value).toEqual(first.value);
    expect(again.value.places['one screen']?.operator).toEqual(place);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0);
  });

  test.each([
    ['no JSON', '{"version"'],
    ['another version', '{"version":7}'],
    ['a key that is none', '{"version":1,"hotkeys":{"done":7}}'],
  ])('a file with %s is kept aside, told, and does not keep the desktop from starting', (_what, text) => {
    const file = join(folder, 'desktop.json');
    writeFileSync(file, text);
    const memory = openMemory(file, never);
    expect(memory.problem).toContain(file);
    expect(memory.value).toMatchObject({ version: 1, hostOnTop: true, hostClickThrough: false, hostDisplay: null });
    expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe(text);
  });

  test('of old arrangements of displays only the latest are kept', () => {
    const memory = openMemory(join(folder, 'desktop.json'), never);
    for (let n = 0; n < 40; n += 1) memory.place(`arrangement ${n}`, 'operator', place);
    memory.place('arrangement 30', 'host', place);
    const names = Object.keys(memory.value.places);
    expect(names).toHaveLength(16);
    expect(names.at(-1)).toBe('arrangement 30');
    expect(memory.value.places['arrangement 30']).toEqual({ operator: place, host: place });
  });

  test('what cannot be written is told and breaks nothing', () => {
    const lines: string[] = [];
    const file = join(folder, 'desktop.json');
    const memory = openMemory(file, (line) => lines.push(line));
    mkdirSync(`${file}.tmp`);
    memory.change({ hostOnTop: false });
    memory.flush();
    expect(lines.join()).toContain(`writing ${file}`);
    expect(memory.value.hostOnTop).toBe(false);
  });
});

describe('a bounded log', () => {
  test('never takes more than twice its bound, and its newest line is always there', () => {
    const file = join(folder, 'logs', 'agent.log');
    const log = openBoundedLog(file, 1_000);
    for (let n = 0; n < 500; n += 1) {
      log.write(`line ${n} ${'x'.repeat(n % 90)}\n`);
      expect(statSync(file).size).toBeLessThanOrEqual(1_000);
      expect(readFileSync(file, 'utf8')).toContain(`line ${n} `);
    }
    expect(statSync(`${file}.old`).size).toBeLessThanOrEqual(1_000);
    openBoundedLog(file, 1_000).write('y'.repeat(5_000));
    expect(statSync(file).size).toBe(1_000);
  });

  test('goes on where the last run ended, and says what it could not write', () => {
    const file = join(folder, 'agent.log');
    openBoundedLog(file, 1_000).write('before\n');
    const log = openBoundedLog(file, 1_000);
    log.write('after\n');
    expect(readFileSync(file, 'utf8')).toBe('before\nafter\n');
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, 'a file where a folder should be');
    const deaf = openBoundedLog(join(blocked, 'agent.log'), 1_000);
    deaf.write('lost\n');
    deaf.write('lost too\n');
    rmSync(blocked);
    deaf.write('heard\n');
    expect(readFileSync(join(blocked, 'agent.log'), 'utf8')).toMatch(
      /^\(2 lines could not be written: \w+\)\nheard\n$/,
    );
    expect(existsSync(join(blocked, 'agent.log.old'))).toBe(false);
  });
});
