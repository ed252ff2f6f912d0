import type { Bound, Evaluate } from './bound.ts';
import { type Bind, type Binder, constantOf, valueOf } from './binder.ts';
import { spendLength } from './budget.ts';
import { formatterOf, pad } from './format.ts';
import { rangeOf } from './numeric.ts';
import type { Scope } from './scope.ts';
import { child, refuse, type Syntax } from './syntax.ts';
import { getType } from './types.ts';
import { Decimal } from './values/decimal.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '"': '"',
  '\\': '\\',
};

/** Constants as they are written. */
export const LITERALS: Readonly<Record<string, Bind>> = {
  null_literal: (syntax) => constantOf(syntax, getType('null'), null),
  boolean_literal: (syntax) => constantOf(syntax, getType('bool'), syntax.text === 'true'),
  string_literal: (syntax) =>
    constantOf(syntax, getType('string'), unescape(syntax, syntax.text.slice(1, -1))),
  verbatim_string_literal: (syntax) =>
    constantOf(syntax, getType('string'), syntax.text.slice(2, -1).replaceAll('""', '"')),
  character_literal: (syntax) => constantOf(syntax, getType('char'), characterOf(syntax)),
  integer_literal: (syntax) => integerLiteral(syntax, syntax.text),
  real_literal: realLiteral,
  interpolated_string_expression: interpolatedString,
};

/** Returns an integer literal, whose type is the first of int, uint, long and ulong that holds it. */
export function integerLiteral(syntax: Syntax, text: string): Bound {
  const match = /^(0[xX][0-9a-fA-F_]+|0[bB][01_]+|[\d_]+)([uUlL]{0,2})$/.exec(text);
  if (!match) return refuse(syntax, `${text} is no integer.`);
  const value = BigInt((match[1] ?? '').replaceAll('_', ''));
  const suffix = (match[2] ?? '').toLowerCase();
  const types = ['int', 'uint', 'long', 'ulong'].filter(
    (type) =>
      (!suffix.includes('u') || type.startsWith('u')) && (!suffix.includes('l') || type.endsWith('long')),
  );
  const type =
    types.find((name) => value <= rangeOf(name)[1]) ??
    refuse(syntax, `${text} does not fit any integer type.`);
  return constantOf(syntax, getType(type), type.endsWith('long') ? value : Number(value));
}

function realLiteral(syntax: Syntax): Bound {
  const text = syntax.text.replaceAll('_', '').toLowerCase();
  const digits = text.replace(/[fdm]$/, '');
  if (text.endsWith('m')) {
    return constantOf(
      syntax,
      getType('decimal'),
      Decimal.parse(digits) ?? refuse(syntax, `${syntax.text} is no decimal.`),
    );
  }
  if (text.endsWith('f')) return constantOf(syntax, getType('float'), Math.fround(Number(digits)));
  return constantOf(syntax, getType('double'), Number(digits));
}

function characterOf(syntax: Syntax): number {
  const text = unescape(syntax, syntax.text.slice(1, -1));
  return text.length === 1 ? text.charCodeAt(0) : refuse(syntax, 'A char is one UTF-16 unit.');
}

function unescape(syntax: Syntax, text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{1,4})|(.))/gs,
    (_, ...groups: (string | undefined)[]) => {
      const [short, long, variable, letter = ''] = groups;
      const code = short ?? long ?? variable;
      if (code !== undefined) return String.fromCodePoint(parseInt(code, 16));
      return ESCAPES[letter] ?? refuse(syntax, `\\${letter} is no escape sequence.`);
    },
  );
}

function interpolatedString(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const [start] = syntax.named;
  const prefix = start?.text ?? '';
  if (/"""|\$\$/.test(syntax.text.slice(0, 5))) return refuse(syntax, 'A raw string literal is not C# 7.');
  const verbatim = syntax.text.slice(0, 3).includes('@');
  const from = syntax.start + prefix.length + (prefix.endsWith('"') ? 0 : 1);
  const parts: Evaluate[] = [];
  let position = from;
  const addText = (end: number): void => {
    const raw = syntax.text
      .slice(position - syntax.start, end - syntax.start)
      .replaceAll('{{', '{')
      .replaceAll('}}', '}');
    const text = verbatim ? raw.replaceAll('""', '"') : unescape(syntax, raw);
    if (text !== '') parts.push(() => text);
  };
  for (const hole of syntax.named) {
    if (hole.kind !== 'interpolation') continue;
    addText(hole.start);
    position = hole.end;
    parts.push(interpolationOf(hole, scope, binder));
  }
  addText(syntax.end - 1);
  return valueOf(syntax, getType('string'), (frame) => {
    let text = '';
    for (const part of parts) text += part(frame) as string;
    spendLength(text.length);
    return text;
  });
}

function interpolationOf(hole: Syntax, scope: Scope, binder: Binder): Evaluate {
  const value = binder.value(child(hole, 1), scope);
  if (value.type.name === 'null') return () => '';
  const format = hole.named.find(({ kind }) => kind === 'interpolation_format_clause')?.text.slice(1);
  const alignment = hole.named.find(({ kind }) => kind === 'interpolation_alignment_clause');
  const width = alignment ? Number(alignment.text.slice(1)) : 0;
  if (!Number.isInteger(width)) return refuse(hole, 'The alignment has to be a whole number.');
  const toText = formatterOf(value.type);
  const { evaluate } = value;
  return (frame) => pad(toText(evaluate(frame), format), width);
}
