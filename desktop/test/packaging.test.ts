/** The installer: its configuration against electron-builder's own schema, and a package made with everything but Electron's binary. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildShell } from './build-shell.ts';
import { isNeeded, packageFolders } from '../packaging/production-packages.mjs';
import { plainText } from '../packaging/plain-javascript.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGING = join(ROOT, 'desktop/packaging');
const fromRoot = createRequire(import.meta.url);
const fromPackaging = createRequire(join(PACKAGING, 'package.json'));
const yaml = fromRoot('js-yaml') as { load(text: string): unknown };
const config = yaml.load(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')) as Record<string, unknown>;

const missing = !existsSync(join(PACKAGING, 'node_modules/electron-builder'));
const reason = missing ? 'electron-builder is not installed (npm ci in desktop/packaging)' : process.platform === 'linux' ? null : 'the stand-in for Electron is Linux alone'; // prettier-ignore
if (missing) console.warn(`skipped: the packaging tests, ${reason}`);

describe('a source as plain JavaScript', () => {
  const plain = (text: string) => plainText(text, '/repo/edge-agent/src/store/a.ts', '/repo/shared').replace(/\s+/g, ' ').trim(); // prettier-ignore
  test('has no types, and names files by what they are called then', () => {
    expect(plain("import { a, type B } from './a.ts';\nimport type { C } from './c.ts';\nconst x: B = a as B;")).toBe("import { a, } from './a.js'; const x = a ;"); // prettier-ignore
    expect(plain("import { PanelLink } from '@livecue/shared/contract';")).toBe("import { PanelLink } from '../../../shared/src/contract/index.js';"); // prettier-ignore
    expect(plain("new Worker(new URL('./store-worker.ts', import.meta.url));\nconst t = 'not a path.ts';")).toBe("new Worker(new URL('./store-worker.js', import.meta.url)); const t = 'not a path.ts';"); // prettier-ignore
  });
});

describe('packages that go along', () => {
  const linux = { platform: 'linux', arch: 'x64' };
  test('hold the binaries of the one system, and no maps, types or C', () => {
    expect(isNeeded('bin/napi-v6/linux/x64/onnxruntime_binding.node', linux)).toBe(true);
    expect(isNeeded('bin/napi-v6/linux/x64/libonnxruntime.so.1', linux)).toBe(true);
    expect(isNeeded('build/manifest.json', linux)).toBe(true);
    for (const place of ['bin/napi-v6/win32/x64/onnxruntime.dll', 'bin/napi-v6/linux/arm64/x.node', 'build/darwin/x64/node/115/addon.node', 'dist/index.d.ts', 'dist/index.js.map', 'src/socket.cc'])
      expect(isNeeded(place, linux), place).toBe(false);
  }); // prettier-ignore

  test('are all that the agent stands on, and one that is missing is an error', () => {
    const names = packageFolders(['onnxruntime-node'], ROOT).map((folder: string) => folder.slice(ROOT.length));
    expect(names).toEqual(expect.arrayContaining(['node_modules/onnxruntime-node', 'node_modules/onnxruntime-common']));
    expect(() => packageFolders(['no-such-package'], ROOT)).toThrow(/needs the package no-such-package/);
  });

  test('have licences that let them be handed on', () => {
    const names = ['edge-agent', 'cloud', 'shared'].flatMap((one) => Object.keys((JSON.parse(readFileSync(join(ROOT, one, 'package.json'), 'utf8')) as { dependencies: object }).dependencies)); // prettier-ignore
    const folders: string[] = packageFolders([...names.filter((name) => !name.startsWith('@livecue/')), 'electron-updater', 'electron'], ROOT); // prettier-ignore
    const licences = folders.map((folder) => (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; license?: string | { type: string } })); // prettier-ignore
    const odd = licences.filter(({ license }) => !/^\(?(MIT|ISC|BSD|0BSD|Apache-2\.0|BlueOak|Python-2\.0|Unlicense|MPL-2\.0|CC0)/.test(typeof license === 'string' ? license : (license?.type ?? ''))); // prettier-ignore
    expect(odd.map(({ name, license }) => [name, license])).toEqual([]);
    expect(folders.length).toBeGreaterThan(60);
  });
});

describe.skipIf(missing)('electron-builder.yml', () => {
  test('is valid by the schema of electron-builder itself', () => {
    const Ajv = fromPackaging('ajv') as new (options: object) => {
      compile(schema: object): ((value: unknown) => boolean) & { errors?: unknown };
      addFormat(name: string, check: boolean): void;
    };
    const check = new Ajv({ strict: false, allErrors: true }).compile(fromPackaging('app-builder-lib/scheme.json') as object); // prettier-ignore
    expect([check(config), check.errors]).toEqual([true, null]);
    expect(check({ ...config, electronFuses: { runAsNod: false } })).toBe(false);
    expect(check({ ...config, win: { target: 7 } })).toBe(false);
  });

  test('makes installers for three systems, unpacks libraries and names no feed', () => {
    expect(config).toMatchObject({ linux: { target: ['AppImage', 'deb'] }, mac: { target: 'dmg', hardenedRuntime: true }, win: { target: 'nsis' }, publish: null }); // prettier-ignore
    expect(config.asarUnpack).toEqual(['**/*.node', '**/*.so*', '**/*.dylib', '**/*.dll']);
    expect(existsSync(join(ROOT, (config.mac as { entitlements: string }).entitlements))).toBe(true);
    expect(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8').match(/https?:\/\/[^\s…]+/g)).toBe(null);
  });
});

/** A file with the place where Electron's binary keeps its fuses, all as they come. */
function writeElectronStandIn(folder: string): void {
  for (const part of ['resources', 'locales']) mkdirSync(join(folder, part), { recursive: true });
  const wire = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 8]), Buffer.from('10110011')]);
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.alloc(64), wire, Buffer.alloc(64)]));
  chmodSync(join(folder, 'electron'), 0o755);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'locales/en-US.pak']) writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, 'version'), 'v45.4.1');
} // prettier-ignore

describe.skipIf(reason !== null)('a package', () => {
  let folder: string;
  let unpacked: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'livecue-package-'));
    buildShell();
    const node = (args: string[]) => execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'pipe' });
    node(['--disable-warning=ExperimentalWarning', join(PACKAGING, 'stage.mjs'), folder]);
    writeElectronStandIn(join(folder, 'electron'));
    const there = (from: string) => join(folder, from.replace(/^dist\//, ''));
    const resources = (config.extraResources as { from: string; to: string }[]).map(({ from, to }) => ({ from: there(from), to })); // prettier-ignore
    const own = { ...config, extraResources: resources, directories: { app: join(folder, 'app'), output: join(folder, 'out') }, electronVersion: '45.4.1', electronDist: join(folder, 'electron') }; // prettier-ignore
    writeFileSync(join(folder, 'config.json'), JSON.stringify(own));
    node([join(PACKAGING, 'node_modules/electron-builder/cli.js'), '--projectDir', ROOT, '--config', join(folder, 'config.json'), '--publish', 'never', '--dir']); // prettier-ignore
    unpacked = join(folder, 'out/linux-unpacked');
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const files = (place: string) => readdirSync(join(unpacked, place), { recursive: true, encoding: 'utf8' });

  test('has its fuses as the configuration wants them, read from the binary', async () => {
    const { getCurrentFuseWire } = fromPackaging('@electron/fuses') as { getCurrentFuseWire(file: string): Promise<Record<string, number | string>> }; // prettier-ignore
    const { version, ...wire } = await getCurrentFuseWire(join(unpacked, 'livecue-desktop'));
    // RunAsNode, cookies, NODE_OPTIONS, inspect, integrity, only asar, own snapshot, file:// privileges.
    expect([version, Object.values(wire).map((value) => String.fromCharCode(Number(value))).join('')]).toEqual(['1', '01001100']); // prettier-ignore
  });

  test('has the shell in its archive, and its libraries beside it', () => {
    const { listPackage } = fromPackaging('@electron/asar') as { listPackage(file: string, options?: object): string[] };
    const inside = listPackage(join(unpacked, 'resources/app.asar'));
    for (const one of ['/package.json', '/desktop/dist/main/main.mjs', '/desktop/dist/main/agent-entry.mjs', '/desktop/dist/preload/preload.cjs', '/desktop/dist/renderer/index.html', '/node_modules/electron-updater/package.json'])
      expect(inside, one).toContain(one);
    expect(inside.filter((name) => /edge-agent|\.env$|secrets|\.test\./.test(name))).toEqual([]);
    expect(files('resources/app.asar.unpacked').filter((name) => name.endsWith('.node')).length).toBeGreaterThan(0);
  }); // prettier-ignore

  test('brings the agent with its models, packages and Node, for this system alone', () => {
    const agent = files('resources/agent');
    expect(agent).toEqual(expect.arrayContaining(['edge-agent/src/main.js', 'cloud/src/main.js', 'models/intent/manifest.json', 'desktop/dist/renderer/index.html'])); // prettier-ignore
    expect(agent.filter((name) => /\.test\.|^(edge-agent|cloud|shared)\/.*\.ts$/.test(name))).toEqual([]);
    const native = agent.filter((name) => /\.(node|so[.\d]*|dll|dylib)$/.test(name));
    expect(native.length).toBeGreaterThan(2);
    for (const name of native) expect(name).toContain(`/${process.platform}/${process.arch}/`);
  });

  test('its agent reads comments as it does from its sources, with its own Node, models and libraries', () => {
    writeFileSync(
      join(folder, 'in.jsonl'),
      '{"text":"这个多少钱"}\n{"text":"do you have size M"}\n{"text":"垃圾，骗子"}\n',
    );
    const run = (node: string, program: string, out: string) => {
      execFileSync(node, ['--disable-warning=ExperimentalWarning', program, 'classify', '--in', 'in.jsonl', '--out', out], { cwd: folder, stdio: 'pipe' }); // prettier-ignore
      return readFileSync(join(folder, out), 'utf8');
    };
    const resources = join(unpacked, 'resources');
    const packed = run(join(resources, 'node/node'), join(resources, 'agent/edge-agent/src/main.js'), 'packed.jsonl');
    expect(packed).toBe(run(process.execPath, join(ROOT, 'edge-agent/src/main.ts'), 'source.jsonl'));
    expect(packed).toContain('"intent":"price"');
  });
});
