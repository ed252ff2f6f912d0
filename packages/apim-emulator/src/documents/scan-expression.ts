const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Returns whether a policy expression, `@( … )` or `@{ … }`, starts at the offset. */
export function startsExpression(source: string, offset: number): boolean {
  return source[offset] === '@' && (source[offset + 1] === '(' || source[offset + 1] === '{');
}

/**
 * Finds where a policy expression ends, reading C#'s strings, characters and comments so that brackets and
 * quotes within them don't count.
 * @returns the offset after its closing bracket, or undefined when it is not closed.
 */
export function scanExpression(source: string, start: number): number | undefined {
  return startsExpression(source, start) ? skipBrackets(source, start + 1) : undefined;
}

function skipBrackets(source: string, start: number): number | undefined {
  const expected: string[] = [];
  let offset = start;
  while (offset < source.length) {
    const character = source.charAt(offset);
    const closing = CLOSING[character];
    if (closing !== undefined) {
      expected.push(closing);
      offset += 1;
    } else if (character === ')' || character === ']' || character === '}') {
      if (expected.pop() !== character) return undefined;
      offset += 1;
      if (expected.length === 0) return offset;
    } else {
      const after = skipToken(source, offset);
      if (after === undefined) return undefined;
      offset = after;
    }
  }
  return undefined;
}

function skipToken(source: string, offset: number): number | undefined {
  const character = source.charAt(offset);
  if (character === '"') return skipString(source, offset + 1, false, false);
  if (character === "'") return skipCharacter(source, offset + 1);
  if (character === '/' && source[offset + 1] === '/')
    return after(source, '\n', offset + 2) ?? source.length;
  if (character === '/' && source[offset + 1] === '*') return after(source, '*/', offset + 2);
  const prefix = /[@$]{1,2}"/y;
  prefix.lastIndex = offset;
  const found = prefix.exec(source)?.[0];
  if (found === undefined) return offset + 1;
  return skipString(source, offset + found.length, found.includes('@'), found.includes('$'));
}

function skipString(
  source: string,
  start: number,
  verbatim: boolean,
  interpolated: boolean,
): number | undefined {
  let offset = start;
  while (offset < source.length) {
    const character = source.charAt(offset);
    if (character === '\\' && !verbatim) offset += 2;
    else if (character === '"') {
      if (!verbatim || source[offset + 1] !== '"') return offset + 1;
      offset += 2;
    } else if (character === '{' && interpolated) {
      const next = source[offset + 1] === '{' ? offset + 2 : skipBrackets(source, offset);
      if (next === undefined) return undefined;
      offset = next;
    } else offset += 1;
  }
  return undefined;
}

function skipCharacter(source: string, start: number): number | undefined {
  return after(source, "'", source[start] === '\\' ? start + 2 : start + 1);
}

function after(source: string, text: string, from: number): number | undefined {
  const found = source.indexOf(text, from);
  return found < 0 ? undefined : found + text.length;
}
