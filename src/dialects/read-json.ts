import { formatPath } from '../errors/format-path.ts';
import { GatewayError } from '../errors/gateway-error.ts';

/** Deeper nesting than this is refused: protobuf's own bound is 100 messages, and one JSON level can take two. */
const MAXIMUM_DEPTH = 48;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON body that every later reader understands alike.
 * @throws GatewayError INVALID_JSON for an empty body, invalid UTF-8, a syntax error, nesting deeper than 48 levels,
 *   a key that stands twice in one object, or the key `__proto__`; with the place, never the content.
 */
export function readJson(body: Uint8Array): unknown {
  if (body.byteLength === 0)
    throw new GatewayError('INVALID_JSON', 'The body is empty; a JSON object is expected.');
  let text: string;
  try {
    text = UTF_8.decode(body);
  } catch {
    throw new GatewayError('INVALID_JSON', 'The body is not valid UTF-8.');
  }
  checkStructure(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GatewayError('INVALID_JSON', `The body is not valid JSON${placeOf(error, text)}.`);
  }
}

interface Container {
  /** Keys seen, for an object; undefined for an array. */
  readonly keys: Set<string> | undefined;
  expectsKey: boolean;
  /** The key or index that the value being read stands at. */
  position: string | number;
}

/** One pass over the text; tolerant of syntax errors, which JSON.parse reports afterwards. */
function checkStructure(text: string): void {
  const stack: Container[] = [];
  let top: Container | undefined;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case 0x22: {
        const end = endOfString(text, index);
        if (top?.keys && top.expectsKey) checkKey(stack, top, top.keys, text.slice(index, end + 1));
        index = end;
        break;
      }
      case 0x7b:
      case 0x5b: {
        if (stack.length === MAXIMUM_DEPTH) {
          throw new GatewayError('INVALID_JSON', `The body is nested deeper than ${MAXIMUM_DEPTH} levels.`);
        }
        const isObject = text.charCodeAt(index) === 0x7b;
        top = { keys: isObject ? new Set() : undefined, expectsKey: isObject, position: 0 };
        stack.push(top);
        break;
      }
      case 0x7d:
      case 0x5d:
        stack.pop();
        top = stack.at(-1);
        break;
      case 0x2c:
        if (top?.keys) top.expectsKey = true;
        else if (top) top.position = Number(top.position) + 1;
        break;
    }
  }
}

function checkKey(stack: readonly Container[], top: Container, keys: Set<string>, literal: string): void {
  const key = literal.includes('\\') ? unescape(literal) : literal.slice(1, -1);
  top.expectsKey = false;
  top.position = key;
  if (key !== '__proto__' && !keys.has(key)) {
    keys.add(key);
    return;
  }
  const field = formatPath(stack.map(({ position }) => position));
  const description = keys.has(key) ? 'this key stands twice' : 'this key is not allowed';
  throw new GatewayError('INVALID_JSON', `The body has a bad key at ${field}: ${description}.`, {
    violations: [{ field, description }],
  });
}

function unescape(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal;
  }
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** V8 tells the position in most syntax errors; its message also quotes the text, so only the number is taken. */
function placeOf(error: unknown, text: string): string {
  const position = /JSON at position (\d+) \(line \d+ column \d+\)$/.exec(
    error instanceof Error ? error.message : '',
  )?.[1];
  const before = text.slice(0, Number(position ?? findMissingValue(text))).split('\n');
  return ` at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Where a value must stand and none does: what V8 reports without a position. Otherwise where the text ends. */
function findMissingValue(text: string): number {
  const token = /[ \t\r\n]*([{}[\],:]|-?\d[\d.eE+-]*|true|false|null|"|$)/y;
  let expectsValue = true;
  let mayClose = false;
  for (;;) {
    const start = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) return start + (/^[ \t\r\n]*/.exec(text.slice(start))?.[0].length ?? 0);
    if (found === '') return text.length;
    const isValue = !'}],:'.includes(found);
    if (expectsValue && !isValue && !(mayClose && found === ']')) return token.lastIndex - 1;
    if (found === '"') token.lastIndex = endOfString(text, token.lastIndex - 1) + 1;
    mayClose = found === '[';
    expectsValue = mayClose || found === ',' || found === ':';
  }
}
