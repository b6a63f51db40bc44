// Runs inside a network namespace of its own (obs-studio.ts starts it there): OBS listens on every interface, so
// it gets one that leads nowhere. A display without a screen, OBS, and a relay from a socket file to OBS.
// Lines on stdin: start, kill (as if it crashed). Lines on stdout: JSON.
import { spawn, spawnSync } from 'node:child_process';
import net from 'node:net';
import { createInterface } from 'node:readline';

const [home, socketFile] = process.argv.slice(2);
const PORT = 4455;
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

spawnSync('ip', ['link', 'set', 'lo', 'up']);
const screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '640x480x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] }); // prettier-ignore
const [display] = await new Promise((resolve) => createInterface({ input: screen.stdout }).once('line', (line) => resolve([line]))); // prettier-ignore

let obs = null;
function startObs() {
  const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: `${home}/.config`, XDG_RUNTIME_DIR: home, DISPLAY: `:${display}`, LIBGL_ALWAYS_SOFTWARE: '1', QT_QPA_PLATFORM: 'xcb', LC_ALL: 'C.UTF-8' }; // prettier-ignore
  obs = spawn('obs', ['--multi', '--disable-updater', '--disable-shutdown-check', '--minimize-to-tray'], { env, stdio: 'ignore' }); // prettier-ignore
  obs.once('exit', (code, signal) => say({ ended: signal ?? code }));
}

net
  .createServer((near) => {
    const far = net.connect(PORT, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => other.destroy()).on('close', () => other.destroy()); // prettier-ignore
  })
  .listen(socketFile, () => say({ ready: true }));

createInterface({ input: process.stdin })
  .on('line', (line) => (line === 'start' ? startObs() : obs?.kill('SIGKILL')))
  .on('close', () => process.exit());
