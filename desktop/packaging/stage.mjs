// Lays out what the installer holds: dist/app (the shell), dist/agent (the agent, runnable as it lies), dist/node.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeBinary, ROOT } from '../../edge-agent/bin/node-binary.mjs';
import { copyPackages, packageFolders } from './production-packages.mjs';
import { writePlain } from './plain-javascript.mjs';

const read = (...place) => JSON.parse(readFileSync(path.join(ROOT, ...place), 'utf8'));
const thirdParty = (workspace) =>
  Object.keys(read(workspace, 'package.json').dependencies).filter((name) => !name.startsWith('@livecue/'));
/** What stays outside the bundles of the shell. */
const SHELL_PACKAGES = ['electron-updater', 'zeromq'];
const AGENT_FOLDERS = ['edge-agent/src', 'cloud/src', 'shared/src', 'models'];

function stageAgent(to, system) {
  const { version, license } = read('package.json');
  writePlain(ROOT, to, AGENT_FOLDERS);
  const names = ['edge-agent', 'cloud', 'shared'].flatMap(thirdParty);
  copyPackages(packageFolders([...new Set(names)], ROOT), ROOT, to, system);
  cpSync(path.join(ROOT, 'desktop/dist/renderer'), path.join(to, 'desktop/dist/renderer'), { recursive: true });
  cpSync(path.join(ROOT, 'LICENSE'), path.join(to, 'LICENSE'));
  writeFileSync(path.join(to, 'package.json'), JSON.stringify({ name: 'livecue', version, license, type: 'module' }));
}

function stageShell(to, system) {
  const { version, license, description } = read('package.json');
  for (const part of ['main', 'preload', 'renderer']) {
    const built = path.join(ROOT, 'desktop/dist', part);
    if (!existsSync(built)) throw new Error(`There is no ${built}. Run "npm run build" first.`);
    cpSync(built, path.join(to, 'desktop/dist', part), { recursive: true });
  }
  copyPackages(packageFolders(SHELL_PACKAGES, ROOT), ROOT, to, system);
  const dependencies = Object.fromEntries(SHELL_PACKAGES.map((name) => [name, read('node_modules', name, 'package.json').version])); // prettier-ignore
  const manifest = { name: 'livecue-desktop', productName: 'LiveCue', version, license, description, author: 'LiveCue', type: 'module', main: 'desktop/dist/main/main.mjs', dependencies }; // prettier-ignore
  writeFileSync(path.join(to, 'package.json'), JSON.stringify(manifest, null, 2));
}

/** The Node on which the agent's own children run: Electron's binary is none once its fuse is blown. */
function stageNode(to, { platform }) {
  const binary = nodeBinary();
  if (binary === null) throw new Error('There is no Node 24 to pack. Run "npm install" first; it brings one along.');
  mkdirSync(to, { recursive: true });
  cpSync(binary, path.join(to, platform === 'win32' ? 'node.exe' : 'node'), { dereference: true });
  const license = path.join(path.dirname(binary), '..', 'LICENSE');
  if (existsSync(license)) cpSync(license, path.join(to, 'LICENSE'));
}

/** Everything below `to`; what lay there is replaced. */
export function stage(to = path.join(ROOT, 'dist'), system = { platform: process.platform, arch: process.arch }) {
  for (const part of ['agent', 'app', 'node']) rmSync(path.join(to, part), { recursive: true, force: true });
  stageAgent(path.join(to, 'agent'), system);
  stageShell(path.join(to, 'app'), system);
  stageNode(path.join(to, 'node'), system);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) stage(process.argv[2]);
