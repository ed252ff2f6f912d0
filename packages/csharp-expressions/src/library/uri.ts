import { raise } from '../evaluation-error.ts';
import {
  decodeForm,
  decodeHtml,
  encodeForm,
  encodeHtml,
  escapeData,
  unescapeData,
} from '../text/percent-encoding.ts';
import { getType, type TypeDeclaration } from '../types.ts';
import { typedArray } from '../values/boxed.ts';

/** System.Uri, absolute, as the URL standard reads it. */
class Uri {
  readonly type = 'Uri';
  readonly original: string;
  readonly absolute: URL;

  constructor(original: string, absolute: URL) {
    this.original = original;
    this.absolute = absolute;
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
    return unescapeData(this.absolute.href);
  }

  equals(other: unknown): boolean {
    return other instanceof Uri && other.absolute.href === this.absolute.href;
  }

  keyOf(): string {
    return `Uri ${this.absolute.href}`;
  }
}

function created(text: string): Uri {
  if (URL.canParse(text) && /^[a-z][a-z0-9+.-]*:/i.test(text)) return new Uri(text, new URL(text));
  raise('UriFormatException', 'Invalid URI: The format of the URI could not be determined.');
}

function resolved({ absolute }: Uri, relative: string): Uri {
  const url = new URL(relative, absolute);
  return new Uri(url.href, url);
}

/** System.Uri and System.Net.WebUtility. */
export const URI_TYPES: readonly TypeDeclaration[] = [
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
      'new(string text)': created,
      'new(Uri base, string relative)': resolved,
      'static string EscapeDataString(string text)': escapeData,
      'static string UnescapeDataString(string text)': unescapeData,
      'static string EscapeUriString(string text)': (text: string) =>
        encodeURI(text).replaceAll('%5B', '[').replaceAll('%5D', ']'),
      'bool IsAbsoluteUri': () => true,
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
