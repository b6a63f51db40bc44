// Names that are exported and that nobody mentions, neither another file nor their own: `npm run check` runs it.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './setup.mjs';

const OURS = '{shared,edge-agent,desktop,cloud,bench,e2e,models,scripts}/**/*.{ts,tsx,mts,mjs}';
const isElsewhere = (file) => /(^|[\\/])(node_modules|dist|out)([\\/]|$)/.test(String(file));
const DECLARED = /^export (?:declare )?(?:async )?(?:function\*?|const|let|class|interface|type) ([\w$]+)/gm;
/** Neither a declaration nor handing on is a use; a schema and its type have one name. */
const NO_USE = [DECLARED, /^export (?:type )?\{[^}]*\}(?: from [^;]+)?;/gm, /\bz\.infer<typeof [\w$]+>/g];

const used = new Set();
const declared = [];
for (const file of globSync([OURS, '*.{js,ts,cjs}'], { cwd: ROOT, exclude: isElsewhere })) {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  for (const [, name] of text.matchAll(DECLARED)) declared.push({ file, name });
  const rest = NO_USE.reduce((left, one) => left.replace(one, ''), text);
  for (const word of new Set(rest.match(/[A-Za-z_$][\w$]*/g))) used.add(word);
}
const dead = declared.filter(({ name }) => !used.has(name));
for (const { file, name } of dead)
  process.stderr.write(`${file}: ${name} is exported, and nobody uses it: remove it\n`);
process.exitCode = dead.length > 0 ? 1 : 0;
