// `npm run package`: an installer of the desktop for the system it runs on. docs/desktop.md
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt, ensurePackages, ensurePackaging, giveUp, ROOT, run, say } from '../../scripts/setup.mjs';
import { stage } from './stage.mjs';

const HELP = `npm run package -- [--dir] [--homepage URL] [--update-feed URL]

  --dir              the unpacked application alone, no installer
  --homepage URL     stands in the Debian package, which is made only with it
  --update-feed URL  https address where later versions will lie; without one the application looks for none
`;
const HERE = path.join(ROOT, 'desktop/packaging');
/** Electron is the root's own; it is fetched for the package when its binary is not there. */
const electronVersion = createRequire(import.meta.url)(path.join(ROOT, 'node_modules/electron/package.json')).version;

let values;
try {
  values = parseArgs({ options: { dir: { type: 'boolean' }, homepage: { type: 'string' }, 'update-feed': { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values; // prettier-ignore
} catch (error) {
  giveUp(error.message, 'see npm run package -- --help');
}
if (values.help) {
  say(HELP);
  process.exit(0);
}
const feed = values['update-feed'];
if (feed !== undefined && !/^https:\/\/[^\s]+$/.test(feed)) giveUp(`--update-feed ${feed} is no https address`, 'give one such as https://updates.example/livecue'); // prettier-ignore

ensurePackages();
ensureBuilt();
if (!ensurePackaging()) giveUp('electron-builder could not be installed', 'check the network connection, then run the command again'); // prettier-ignore
stage();
const debian = process.platform === 'linux' && values.homepage === undefined ? ['--linux', 'AppImage'] : [];
const code = run(process.execPath, [
  path.join(HERE, 'node_modules/electron-builder/cli.js'),
  '--projectDir', ROOT, '--config', 'electron-builder.yml', '--publish', 'never',
  `-c.electronVersion=${electronVersion}`,
  ...(values.dir ? ['--dir'] : debian),
  ...(values.homepage === undefined ? [] : [`-c.extraMetadata.homepage=${values.homepage}`]),
  ...(feed === undefined ? [] : ['-c.publish.provider=generic', `-c.publish.url=${feed}`]),
]); // prettier-ignore
if (code !== 0) giveUp(`electron-builder ended with exit code ${code}`, 'read the lines above; docs/desktop.md names the usual causes'); // prettier-ignore
say(`The package lies in ${path.join(ROOT, 'dist/packages')}.`);
