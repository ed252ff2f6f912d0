/** A place in a text; line and position count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly position: number;
}

/** Returns the line and the column of a character of a text. */
export function placeOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, position: offset - lineStart + 1 };
}

/**
 * Returns the line and the column at which a value of a JSON text starts.
 * @param text valid JSON.
 * @param path names and indexes that lead to the value; the last of equal names counts.
 */
export function locateJson(text: string, path: readonly string[]): TextPlace {
  let offset = skipSpace(text, 0);
  for (const step of path) {
    const found =
      text[offset] === '{' ? findMember(text, offset, step) : findItem(text, offset, Number(step));
    if (found === undefined) break;
    offset = found;
  }
  return placeOf(text, offset);
}

function findMember(text: string, start: number, name: string): number | undefined {
  let found: number | undefined;
  let offset = skipSpace(text, start + 1);
  while (text[offset] === '"') {
    const nameEnd = skipString(text, offset);
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1);
    if (JSON.parse(text.slice(offset, nameEnd)) === name) found = value;
    offset = skipSpace(text, skipSpace(text, skipValue(text, value)) + 1);
  }
  return found;
}

function findItem(text: string, start: number, index: number): number | undefined {
  if (text[start] !== '[') return undefined;
  let offset = skipSpace(text, start + 1);
  for (let at = 0; at < index; at += 1)
    offset = skipSpace(text, skipSpace(text, skipValue(text, offset)) + 1);
  return offset;
}

/** The offset after a value: nested ones are skipped by counting brackets outside of strings. */
function skipValue(text: string, start: number): number {
  let depth = 0;
  let offset = start;
  while (offset < text.length) {
    const character = text.charAt(offset);
    if (character === '"') {
      offset = skipString(text, offset);
      if (depth === 0) return offset;
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      if (depth === 0) return offset;
      depth -= 1;
      if (depth === 0) return offset + 1;
    } else if (depth === 0 && /[\s,]/.test(character)) return offset;
    offset += 1;
  }
  return offset;
}

function skipString(text: string, start: number): number {
  let offset = start + 1;
  while (offset < text.length && text[offset] !== '"') offset += text[offset] === '\\' ? 2 : 1;
  return offset + 1;
}

function skipSpace(text: string, start: number): number {
  let offset = start;
  while (/[\s]/.test(text.charAt(offset))) offset += 1;
  return offset;
}
