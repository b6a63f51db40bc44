// The agent's sources as plain JavaScript at the same places: Electron's Node strips no types, and no Node does so
// under node_modules, where `@livecue/shared` would lie.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';

/** Not part of a program: tests, their fixtures and what only they use. */
const LEFT_OUT =
  /(\.test\.ts|\.fixture\.ts|\.snapshot\.json|\.py)$|(^|\/)(testing|test|fixtures|__pycache__|node_modules)\//;

/** The text of one source: types blanked, `.ts` of our own files as `.js`, the shared packages by their place. */
export function plainText(text, file, sharedFolder) {
  const shared = (name) => {
    const place = path.relative(path.dirname(file), path.join(sharedFolder, 'src', name, 'index.js'));
    return place
      .split(path.sep)
      .join('/')
      .replace(/^(?!\.)/, './');
  };
  return stripTypeScriptTypes(text, { mode: 'strip' })
    .replace(/(['"])@livecue\/shared\/([\w-]+)\1/g, (_all, quote, name) => `${quote}${shared(name)}${quote}`)
    .replace(/(['"])(\.{1,2}\/[^'"\n]*)\.ts\1/g, '$1$2.js$1');
}

/** Copies `folders` of `from` to `to`, sources as plain JavaScript, everything else as it is. */
export function writePlain(from, to, folders) {
  for (const folder of folders)
    for (const entry of readdirSync(path.join(from, folder), { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      const place = path.relative(from, file).split(path.sep).join('/');
      if (!entry.isFile() || LEFT_OUT.test(place)) continue;
      const target = path.join(to, place);
      mkdirSync(path.dirname(target), { recursive: true });
      if (!place.endsWith('.ts') || place.endsWith('.d.ts')) cpSync(file, target);
      else writeFileSync(target.replace(/\.ts$/, '.js'), plainText(readFileSync(file, 'utf8'), file, path.join(from, 'shared'))); // prettier-ignore
    }
}
