import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Catalogue } from '@livecue/shared/contract';
import { catalogue } from './catalogue.ts';
import { runCommand } from './testing/run-command.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function room() {
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-catalogue-'));
  folders.push(folder);
  const file = path.join(folder, 'catalogue.json');
  return {
    file,
    run: (...args: string[]) => runCommand(catalogue, [...args, '--data', folder]),
    write(name: string, text: string): string {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    },
    products: () => Catalogue.parse(JSON.parse(readFileSync(file, 'utf8'))).products,
  };
}

describe('livecue catalogue', () => {
  it('a dry run says what would change and writes nothing; the import then does exactly that', async () => {
    const { run, write, file, products } = room();
    const csv = write('a.csv', '编号,名称,价格\np1,衬衫,129\np2,水杯,59\n');
    const dry = await run('import', csv, '--dry-run');
    expect([dry.code, existsSync(file)]).toEqual([0, false]);
    expect(dry.stderr).toContain('2 rows, 2 products can be taken: 2 new, 0 changed');
    expect(JSON.parse(dry.stdout)).toMatchObject({ good: 2, mapping: ['productId', 'name', 'price'] });
    expect((await run('import', csv, '--note', 'summer')).code).toBe(0);
    expect(products().map(({ productId, price }) => `${productId} ${price}`)).toEqual(['p1 129.00', 'p2 59.00']);
  });

  it('rows with problems stop it until the good ones are asked for, and are told in the language wanted', async () => {
    const { run, write, file, products } = room();
    const csv = write('a.csv', '编号,名称,价格\np1,衬衫,免费\np2,水杯,59\n');
    const stopped = await run('import', csv, '--lang', 'zh');
    expect([stopped.code, existsSync(file)]).toEqual([1, false]);
    expect(stopped.stderr).toContain('第 2 行 · 价格 · "免费" · 不是价格，应当像 129.00');
    expect((await run('import', csv, '--take-good')).code).toBe(0);
    expect(products().map(({ productId }) => productId)).toEqual(['p2']);
  });

  it('--map says what a column means, and is remembered', async () => {
    const { run, write, products } = room();
    const csv = write('a.csv', '甲,乙,标价,价格\np1,衬衫,1,2\n');
    expect((await run('import', csv)).code).toBe(1);
    const mapped = await run('import', csv, '--map', '甲=productId', '--map', '乙=name', '--map', '标价=price');
    expect([mapped.code, products()[0]!.price]).toEqual([0, '1.00']);
    expect((await run('import', csv)).code).toBe(0);
    expect(products()[0]!.price).toBe('1.00');
    expect((await run('import', csv, '--map', '甲=nonsense')).code).toBe(2);
    await expect(run('import', csv, '--map', '丙=name')).rejects.toThrow('no such heading; it has 甲, 乙, 标价, 价格');
  });

  it('versions are listed and restored, the state before the first import too; JSON takes everything along', async () => {
    const { run, write, products } = room();
    await run('import', write('a.csv', '编号,名称\np1,衬衫\n'), '--note', 'first');
    await run('import', write('b.csv', '编号,名称\np2,水杯\n'), '--remove-gone');
    expect(products().map(({ productId }) => productId)).toEqual(['p2']);
    const lines = (await run('versions')).stdout.trim().split('\n').map((line) => JSON.parse(line) as { number: number; note: string }); // prettier-ignore
    expect(lines.map(({ number, note }) => [number, note])).toEqual([[3, ''], [2, 'first'], [1, '']]); // prettier-ignore
    expect((await run('restore', '2')).code).toBe(0);
    expect(products().map(({ productId }) => productId)).toEqual(['p1']);
    expect((await run('restore', '1')).code).toBe(0);
    expect(products()).toEqual([]);
    expect((await run('restore', '99')).code).toBe(1);
    await run('restore', '2');
    expect(Catalogue.parse(JSON.parse((await run('export', '-')).stdout)).products).toEqual(products());
  });

  it('files that cannot be used, and calls that are wrong', async () => {
    const { run, write } = room();
    await expect(run('import', write('a.json', '{"a": 1}'))).rejects.toThrow('holds no list');
    await expect(run('import', 'nowhere.csv')).rejects.toThrow('no such file');
    for (const call of [[], ['eat'], ['import'], ['versions', 'x'], ['restore', 'x'], ['import', 'a', '--lang', 'fr'], ['import', 'a', '--currency', 'yuan']]) expect((await run(...call)).code, call.join(' ')).toBe(2); // prettier-ignore
  });
});
