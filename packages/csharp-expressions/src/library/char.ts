import { raise } from '../evaluation-error.ts';
import { isWhiteSpace, lowerCase, upperCase } from '../text/white-space.ts';
import type { TypeDeclaration } from '../types.ts';
import type { Out } from '../invoke.ts';

const test = (pattern: RegExp) => (code: number) => pattern.test(String.fromCharCode(code));
const change = (convert: (text: string) => string) => (code: number) =>
  convert(String.fromCharCode(code)).charCodeAt(0);

/** System.Char, kept as its UTF-16 unit. */
export const CHAR_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'char',
    namespace: 'System',
    clrName: 'Char',
    kind: 'struct',
    interfaces: ['IComparable'],
    members: {
      'const char MinValue': () => 0,
      'const char MaxValue': () => 0xffff,
      'static bool IsDigit(char value)': test(/\p{Nd}/u),
      'static bool IsNumber(char value)': test(/\p{N}/u),
      'static bool IsLetter(char value)': test(/\p{L}/u),
      'static bool IsLetterOrDigit(char value)': test(/[\p{L}\p{Nd}]/u),
      'static bool IsUpper(char value)': test(/\p{Lu}/u),
      'static bool IsLower(char value)': test(/\p{Ll}/u),
      'static bool IsPunctuation(char value)': test(/\p{P}/u),
      'static bool IsSymbol(char value)': test(/\p{S}/u),
      'static bool IsControl(char value)': test(/\p{Cc}/u),
      'static bool IsWhiteSpace(char value)': isWhiteSpace,
      'static bool IsDigit(string text, int index)': (text: string, index: number) =>
        test(/\p{Nd}/u)(text.charCodeAt(index)),
      'static char ToUpper(char value)': change(upperCase),
      'static char ToLower(char value)': change(lowerCase),
      'static char ToUpperInvariant(char value)': change(upperCase),
      'static char ToLowerInvariant(char value)': change(lowerCase),
      'static string ToString(char value)': (code: number) => String.fromCharCode(code),
      'static double GetNumericValue(char value)': (code: number) =>
        code >= 48 && code <= 57 ? code - 48 : -1,
      'static char Parse(string text)': (text: string) =>
        text.length === 1
          ? text.charCodeAt(0)
          : raise('FormatException', 'String must be exactly one character long.'),
      'static bool TryParse(string? text, out char result)': (text: string | null, out: Out) => {
        out.value = text?.length === 1 ? text.charCodeAt(0) : 0;
        return text?.length === 1;
      },
      'bool Equals(char other)': (self: number, other: number) => self === other,
      'int CompareTo(char other)': (self: number, other: number) => self - other,
    },
  },
];
