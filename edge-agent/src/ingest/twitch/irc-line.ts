/** One line of Twitch's IRC (RFC 1459 with IRCv3 message tags). */
export interface IrcLine {
  readonly tags: ReadonlyMap<string, string>;
  /** The nick of the prefix, or the server's name; empty when there is none. */
  readonly nick: string;
  readonly command: string;
  /** The last one is the text after ` :` where there is one; nothing in it is escaped. */
  readonly params: readonly string[];
}

const UNESCAPED: Readonly<Record<string, string>> = { s: ' ', ':': ';', r: '\r', n: '\n', '\\': '\\' };

/** Null when the line has no command. */
export function parseIrcLine(line: string): IrcLine | null {
  let rest = withoutLineEnd(line);
  let tags: ReadonlyMap<string, string> = new Map();
  if (rest.startsWith('@')) {
    const end = rest.indexOf(' ');
    if (end === -1) return null;
    tags = parseTags(rest.slice(1, end));
    rest = rest.slice(end + 1).trimStart();
  }
  let nick = '';
  if (rest.startsWith(':')) {
    const end = rest.indexOf(' ');
    if (end === -1) return null;
    nick = nickOf(rest.slice(1, end));
    rest = rest.slice(end + 1);
  }
  const { words, text } = splitText(rest);
  const [command, ...params] = words.split(' ').filter((word) => word !== '');
  if (command === undefined || !/^([A-Za-z]+|\d{3})$/.test(command)) return null;
  return { tags, nick, command: command.toUpperCase(), params: text === null ? params : [...params, text] };
}

function splitText(rest: string): { words: string; text: string | null } {
  if (rest.startsWith(':')) return { words: '', text: rest.slice(1) };
  const at = rest.indexOf(' :');
  return at === -1 ? { words: rest, text: null } : { words: rest.slice(0, at), text: rest.slice(at + 2) };
}

/** `nick!user@host` → nick; some lines have an empty nick, then the user. */
function nickOf(prefix: string): string {
  const [nick = '', user = ''] = prefix.split(/[!@]/);
  return nick === '' ? user : nick;
}

function parseTags(text: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const tag of text.split(';')) {
    if (tag === '') continue;
    const at = tag.indexOf('=');
    tags.set(at === -1 ? tag : tag.slice(0, at), at === -1 ? '' : unescape(tag.slice(at + 1)));
  }
  return tags;
}

/** IRCv3: an unknown escape is its character, a lone backslash at the end is nothing. */
function unescape(value: string): string {
  return value.includes('\\')
    ? value.replace(/\\(.?)/gs, (_, escaped: string) => UNESCAPED[escaped] ?? escaped)
    : value;
}

/** By hand: an expression tries every run of line ends inside as well, in the square of its length. */
function withoutLineEnd(line: string): string {
  let end = line.length;
  while (end > 0 && '\r\n'.includes(line[end - 1]!)) end--;
  return line.slice(0, end);
}
