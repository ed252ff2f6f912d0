import { raise } from '../evaluation-error.ts';

/** The bits of RegexOptions that change what a pattern means. */
export const REGEX_OPTIONS = {
  IgnoreCase: 1,
  Multiline: 2,
  ExplicitCapture: 4,
  Compiled: 8,
  Singleline: 16,
  IgnorePatternWhitespace: 32,
  RightToLeft: 64,
  ECMAScript: 256,
  CultureInvariant: 512,
} as const;

const UNSUPPORTED =
  REGEX_OPTIONS.RightToLeft | REGEX_OPTIONS.IgnorePatternWhitespace | REGEX_OPTIONS.ExplicitCapture;
const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  w: '\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}',
  s: '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000',
};
const cache = new Map<string, RegExp>();
const MAXIMUM_CACHED = 500;

/**
 * Translates a .NET pattern to a JavaScript one, with the flags `g` and `d`. The options are bits of `REGEX_OPTIONS`.
 * @throws RegexParseException for an invalid pattern, NotSupportedException for one that JavaScript cannot express.
 */
export function translateRegex(pattern: string, options: number): RegExp {
  const key = `${options} ${pattern}`;
  const cached = cache.get(key);
  if (cached) return cached;
  if ((options & UNSUPPORTED) !== 0)
    raise('NotSupportedException', 'This emulator does not support these RegexOptions.');
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const letters = inline?.[1] ?? '';
  const has = (letter: string, bit: number): boolean => letters.includes(letter) || (options & bit) !== 0;
  const multiline = has('m', REGEX_OPTIONS.Multiline);
  const flags = `dgu${has('i', REGEX_OPTIONS.IgnoreCase) ? 'i' : ''}${multiline ? 'm' : ''}${has('s', REGEX_OPTIONS.Singleline) ? 's' : ''}`;
  const source = translate(
    pattern.slice(inline?.[0].length ?? 0),
    multiline,
    has('s', REGEX_OPTIONS.Singleline),
  );
  let regex: RegExp;
  try {
    regex = new RegExp(source, flags);
  } catch {
    raise('RegexParseException', `Invalid pattern '${pattern}'.`);
  }
  if (cache.size >= MAXIMUM_CACHED) cache.clear();
  cache.set(key, regex);
  return regex;
}

function translate(pattern: string, multiline: boolean, singleline: boolean): string {
  let result = '';
  let inClass = false;
  for (const token of pattern.match(
    /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[pP]\{\w+\}|k[<'][^>']*[>']|.)|\{\d+(?:,\d*)?\}|\(\?(?:#[^)]*\)|P?<(?![=!])|'|.)?|[^]/gsu,
  ) ?? []) {
    if (token.startsWith('\\')) result += translateEscape(token, inClass);
    else if (inClass) {
      inClass = token !== ']';
      result += token === '[' ? '\\[' : token;
    } else if (token === '[') {
      inClass = true;
      result += token;
    } else if (token.startsWith('(?')) result += translateGroup(token);
    else if (token === '$') result += multiline ? '(?=\\n|$(?![^]))' : '(?=\\n?$)';
    else if (token === '.' && !singleline) result += '[^\\n]';
    else if (token === '^' && multiline) result += '(?<![^\\n])';
    else if (token === ']' || token === '}') result += `\\${token}`;
    else if (token === '{') result += '\\{';
    else result += token;
  }
  return result;
}

function translateEscape(token: string, inClass: boolean): string {
  const letter = token.charAt(1);
  const set = CLASSES[letter.toLowerCase()];
  if (set !== undefined && token.length === 2) {
    if (/[dws]/.test(letter)) return inClass ? set : `[${set}]`;
    // A negated class within a class needs JavaScript's own.
    return inClass ? `\\${letter}` : `[^${set}]`;
  }
  if (token.startsWith('\\k')) return `\\k<${token.slice(3, -1)}>`;
  switch (letter) {
    case 'A':
      return '(?<![^])';
    case 'Z':
      return '(?=\\n?(?![^]))';
    case 'z':
      return '(?![^])';
    case 'a':
      return '\\x07';
    case 'e':
      return '\\x1b';
    case 'G':
      return raise('NotSupportedException', 'This emulator does not support \\G in a regular expression.');
    default:
  }
  // With the u flag JavaScript takes only syntax characters escaped.
  if (/^\\[^A-Za-z0-9]$/.test(token))
    return /^\\[\^$\\.*+?()[\]{}|/]$/.test(token) || (inClass && token === '\\-') ? token : token.slice(1);
  return token;
}

function translateGroup(token: string): string {
  if (token.startsWith('(?#')) return '';
  if (token === "(?'" || token === '(?P<')
    return raise('NotSupportedException', 'Name groups as (?<name>…).');
  if (token === '(?>' || token === '(?(')
    return raise('NotSupportedException', `This emulator does not support ${token} in a regular expression.`);
  return token;
}
