import { raise } from '../evaluation-error.ts';
import {
  decodeForm,
  decodeHtml,
  encodeForm,
  encodeHtml,
  escapeData,
  unescapeData,
} from '../text/percent-encoding.ts';
import type { Out } from '../invoke.ts';
import { getType, type TypeDeclaration } from '../types.ts';
import { typedArray } from '../values/boxed.ts';

const RELATIVE = 2;

/** System.Uri: an absolute one as the URL standard reads it, or a relative one as it was written. */
class Uri {
  readonly type = 'Uri';
  readonly original: string;
  readonly #url: URL | null;

  private constructor(original: string, url: URL | null) {
    this.original = original;
    this.#url = url;
  }

  static parse(text: string, kind = 1): Uri | null {
    if (kind !== RELATIVE && URL.canParse(text) && /^[a-z][a-z0-9+.-]*:/i.test(text))
      return new Uri(text, new URL(text));
    return kind === 1 ? null : new Uri(text, null);
  }

  static resolve(base: Uri, relative: string): Uri {
    const url = new URL(relative, base.absolute);
    return new Uri(url.href, url);
  }

  get isAbsolute(): boolean {
    return this.#url !== null;
  }

  get absolute(): URL {
    return (
      this.#url ?? raise('InvalidOperationException', 'This operation is not supported for a relative URI.')
    );
  }

  get port(): number {
    const { port, protocol } = this.absolute;
    const defaults: Readonly<Record<string, number>> = {
      'http:': 80,
      'https:': 443,
      'ftp:': 21,
      'ws:': 80,
      'wss:': 443,
    };
    return port === '' ? (defaults[protocol] ?? -1) : Number(port);
  }

  formatted(): string {
    return this.#url === null ? this.original : unescapeData(this.#url.href);
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Uri &&
      other.#url?.href === this.#url?.href &&
      (this.#url !== null || other.original === this.original)
    );
  }

  keyOf(): string {
    return `Uri ${this.#url?.href ?? this.original}`;
  }
}

function created(text: string, kind: number): Uri {
  return (
    Uri.parse(text, kind) ??
    raise('UriFormatException', 'Invalid URI: The format of the URI could not be determined.')
  );
}

/** System.Uri and System.Net.WebUtility. */
export const URI_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'UriKind',
    namespace: 'System',
    kind: 'enum',
    values: { RelativeOrAbsolute: 0, Absolute: 1, Relative: 2 },
  },
  {
    name: 'UriPartial',
    namespace: 'System',
    kind: 'enum',
    values: { Scheme: 0, Authority: 1, Path: 2, Query: 3 },
  },
  {
    name: 'Uri',
    namespace: 'System',
    kind: 'class',
    members: {
      'new(string text)': (text: string) => created(text, 1),
      'new(string text, UriKind kind)': created,
      'new(Uri base, string relative)': (base: Uri, relative: string) => Uri.resolve(base, relative),
      'static string EscapeDataString(string text)': escapeData,
      'static string UnescapeDataString(string text)': unescapeData,
      'static string EscapeUriString(string text)': (text: string) =>
        encodeURI(text).replaceAll('%5B', '[').replaceAll('%5D', ']'),
      'static bool IsWellFormedUriString(string? text, UriKind kind)': (text: string | null, kind: number) =>
        text !== null && !/\s/.test(text) && Uri.parse(text, kind) !== null,
      'static bool TryCreate(string? text, UriKind kind, out Uri result)': (
        text: string | null,
        kind: number,
        out: Out,
      ) => {
        const uri = text === null ? null : Uri.parse(text, kind);
        out.value = uri;
        return uri !== null;
      },
      'bool IsAbsoluteUri': (self: Uri) => self.isAbsolute,
      'string OriginalString': (self: Uri) => self.original,
      'string AbsoluteUri': (self: Uri) => self.absolute.href,
      'string AbsolutePath': (self: Uri) => self.absolute.pathname,
      'string PathAndQuery': (self: Uri) => self.absolute.pathname + self.absolute.search,
      'string LocalPath': (self: Uri) => unescapeData(self.absolute.pathname),
      'string Query': (self: Uri) => self.absolute.search,
      'string Fragment': (self: Uri) => self.absolute.hash,
      'string Scheme': (self: Uri) => self.absolute.protocol.slice(0, -1),
      'string Host': (self: Uri) => self.absolute.hostname,
      'string DnsSafeHost': (self: Uri) => self.absolute.hostname,
      'string Authority': (self: Uri) => self.absolute.host,
      'string UserInfo': ({ absolute: { username, password } }: Uri) =>
        password === '' ? username : `${username}:${password}`,
      'int Port': (self: Uri) => self.port,
      'bool IsDefaultPort': (self: Uri) => self.absolute.port === '',
      'bool IsLoopback': (self: Uri) =>
        /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(self.absolute.hostname),
      'string[] Segments': (self: Uri) =>
        typedArray(self.absolute.pathname.match(/[^/]*\/|[^/]+$/g) ?? [], getType('string')),
      'string GetLeftPart(UriPartial part)': ({ absolute }: Uri, part: number) =>
        `${absolute.protocol}//${part > 0 ? absolute.host : ''}${part > 1 ? absolute.pathname : ''}${part > 2 ? absolute.search : ''}`,
    },
  },
  {
    name: 'WebUtility',
    namespace: 'System.Net',
    kind: 'static',
    members: {
      'static string UrlEncode(string? text)': (text: string | null) => text && encodeForm(text),
      'static string UrlDecode(string? text)': (text: string | null) => text && decodeForm(text),
      'static string HtmlEncode(string? text)': (text: string | null) => text && encodeHtml(text),
      'static string HtmlDecode(string? text)': (text: string | null) => text && decodeHtml(text),
    },
  },
];
