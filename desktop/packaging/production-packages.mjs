// The packages that a program needs when it runs, with the binaries of one system.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const manifest = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

/** Where `name` is found from `folder`, as Node looks for it; null: nowhere below `root`. */
function find(name, folder, root) {
  for (let at = folder; ; at = path.dirname(at)) {
    const place = path.join(at, 'node_modules', name);
    if (existsSync(path.join(place, 'package.json'))) return place;
    if (at === root || at === path.dirname(at)) return null;
  }
}

/** Folders of all packages that `names` stand on, themselves included; throws when one that is needed is missing. */
export function packageFolders(names, root) {
  const found = new Set();
  const visit = (name, from, optional) => {
    const folder = find(name, from, root);
    if (folder === null) {
      if (optional) return;
      throw new Error(
        `Packaging needs the package ${name} (for ${path.relative(root, from)}). Run "npm install" first.`,
      );
    }
    if (found.has(folder)) return;
    found.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = manifest(folder);
    for (const one of Object.keys(dependencies)) visit(one, folder, one in optionalDependencies);
    for (const one of Object.keys(optionalDependencies)) visit(one, folder, true);
  };
  for (const name of names) visit(name, root, false);
  return [...found];
}

/** Types, maps and build files are of no use at run time; licences stay. */
const LEFT_OUT =
  /\.(map|test\.[cm]?js|ts|mts|cts|tsbuildinfo|gypi?|h|hpp|c|cc|cpp)$|(^|\/)(CMakeLists\.txt|vcpkg\.json)$/;
/** Folders of binaries by system and processor; `build/linux/x64`, `bin/napi-v6/win32/arm64`. */
const BINARIES = /(?:^|\/)(darwin|linux|win32|freebsd|aix)\/([a-z0-9]+)(?:\/|$)/;

/** Whether a file of a package goes along to the system. */
export function isNeeded(place, system) {
  if (LEFT_OUT.test(place)) return false;
  const [, platform, arch] = BINARIES.exec(place) ?? [];
  return platform === undefined || (platform === system.platform && arch === system.arch);
}

/** Copies packages to the same places below `to`. */
export function copyPackages(folders, root, to, system) {
  for (const folder of folders)
    cpSync(folder, path.join(to, path.relative(root, folder)), {
      recursive: true,
      dereference: true,
      // Packages inside it come by themselves, those that are needed.
      filter: (file) => {
        const place = path.relative(folder, file).split(path.sep).join('/');
        return place === '' || (!/(^|\/)node_modules(\/|$)/.test(place) && isNeeded(`${place}`, system));
      },
    });
}
