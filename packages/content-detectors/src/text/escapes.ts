/** An escaped character: the unit that it stands for, and the length of what stands for it. */
export interface Escape {
  readonly unit: number;
  readonly length: number;
}

/** The most code units of an escape. */
const LONGEST_ESCAPE = 10;

/** Entities of ASCII characters that values are made of. https://html.spec.whatwg.org/multipage/named-characters.html */
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  colon: ':',
  commat: '@',
  dash: '-',
  equals: '=',
  gt: '>',
  hyphen: '-',
  lowbar: '_',
  lt: '<',
  nbsp: ' ',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quot: '"',
  semi: ';',
  shy: '',
  sol: '/',
};

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '/': '/' };

const ENTITY = /&(?:#(\d{1,6})|#[xX]([\da-fA-F]{1,5})|([a-z]{2,7}));/y;
const OPEN_ENTITY = /&(?:#(?:\d{0,6}|[xX][\da-fA-F]{0,5})|[a-z]{0,7})$/y;
const PERCENT = /%([\da-fA-F]{2})/y;
const OPEN_PERCENT = /%[\da-fA-F]?$/y;
const BACKSLASH = /\\(?:u([\da-fA-F]{4})|([nrt"/]))/y;
const OPEN_BACKSLASH = /\\(?:u[\da-fA-F]{0,3})?$/y;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function unitOf(code: number): number | undefined {
  return code > 0 && code < 0xd800 ? code : undefined;
}

function entityAt(text: string, at: number): Escape | undefined {
  const found = match(ENTITY, text, at);
  if (found === null) return undefined;
  const [{ length }, decimal, hexadecimal, name] = found;
  const code =
    name === undefined
      ? decimal === undefined
        ? Number.parseInt(hexadecimal ?? '', 16)
        : Number(decimal)
      : (ENTITIES[name]?.charCodeAt(0) ?? 0);
  const unit = unitOf(code);
  return unit === undefined ? undefined : { unit, length };
}

function percentAt(text: string, at: number): Escape | undefined {
  const found = match(PERCENT, text, at);
  const code = Number.parseInt(found?.[1] ?? '', 16);
  return code >= 0x20 && code < 0x7f ? { unit: code, length: 3 } : undefined;
}

function backslashAt(text: string, at: number): Escape | undefined {
  const found = match(BACKSLASH, text, at);
  if (found === null) return undefined;
  const [{ length }, hexadecimal, control] = found;
  if (control !== undefined) return { unit: CONTROLS[control]?.charCodeAt(0) ?? 0x20, length };
  const unit = unitOf(Number.parseInt(hexadecimal ?? '', 16));
  return unit === undefined ? undefined : { unit, length };
}

/** Returns the escape that begins with the `&`, `%` or `\` at a place: an entity of HTML, a percent or one of JSON. */
export function escapeAt(text: string, at: number): Escape | undefined {
  const mark = text.charCodeAt(at);
  if (mark === 0x26) return entityAt(text, at);
  return mark === 0x25 ? percentAt(text, at) : backslashAt(text, at);
}

/** Tells if the text ends within what may become an escape. @param at the place of its `&`, `%` or `\`. */
export function isOpenEscape(text: string, at: number): boolean {
  if (text.length - at >= LONGEST_ESCAPE) return false;
  const mark = text.charCodeAt(at);
  const open = mark === 0x26 ? OPEN_ENTITY : mark === 0x25 ? OPEN_PERCENT : OPEN_BACKSLASH;
  return match(open, text, at) !== null;
}
