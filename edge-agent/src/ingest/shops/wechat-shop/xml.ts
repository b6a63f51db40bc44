/** Levels of elements that are read; WeChat's messages have three. */
const MAX_DEPTH = 8;
const MAX_ELEMENTS = 2000;
const NAME = /[A-Za-z_][\w.-]*/y;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

type XmlObject = { [name: string]: XmlObject | string };

/**
 * The XML of WeChat's messages → object: elements with elements become objects, the others strings; of
 * elements with one name the last counts. No attributes, no declarations of types, no entities but the
 * five that XML predefines: what has them is refused, as undefined. A leading `<?xml …?>` is skipped.
 */
export function readXml(text: string): Record<string, unknown> | undefined {
  const source = text.replace(/^\uFEFF?\s*(<\?xml[^>]*\?>)?\s*/, '');
  const reader = { source, at: 0, elements: 0 };
  const root = readElement(reader, 0);
  if (root === null || typeof root.value === 'string' || source.slice(reader.at).trim() !== '') return undefined;
  return root.value;
}

interface Reader {
  readonly source: string;
  at: number;
  elements: number;
}

function readElement(reader: Reader, depth: number): { name: string; value: XmlObject | string } | null {
  if (depth > MAX_DEPTH || ++reader.elements > MAX_ELEMENTS || reader.source[reader.at] !== '<') return null;
  NAME.lastIndex = reader.at + 1;
  const name = NAME.exec(reader.source)?.[0];
  if (name === undefined || reader.source[NAME.lastIndex] !== '>') return null;
  reader.at = NAME.lastIndex + 1;
  const children: XmlObject = Object.create(null) as XmlObject;
  let hasChildren = false;
  let text = '';
  for (;;) {
    const tag = reader.source.indexOf('<', reader.at);
    if (tag === -1) return null;
    const plain = unescape(reader.source.slice(reader.at, tag));
    if (plain === null) return null;
    text += plain;
    reader.at = tag;
    if (reader.source.startsWith('<![CDATA[', tag)) {
      const end = reader.source.indexOf(']]>', tag);
      if (end === -1) return null;
      text += reader.source.slice(tag + 9, end);
      reader.at = end + 3;
    } else if (reader.source.startsWith(`</${name}>`, tag)) {
      reader.at = tag + name.length + 3;
      return { name, value: hasChildren ? children : text };
    } else {
      const child = readElement(reader, depth + 1);
      if (child === null) return null;
      children[child.name] = child.value;
      hasChildren = true;
    }
  }
}

function unescape(text: string): string | null {
  if (!text.includes('&')) return text;
  let known = true;
  const plain = text.replace(/&([^;&]{0,10});?/g, (_whole, name: string) => {
    const value = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known ? plain : null;
}
