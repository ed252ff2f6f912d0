import type { PolicyUrl } from '@vertex-ai-gateway/csharp-expressions/context';

/** A URL as expressions see it. Path and query are kept byte for byte; the query is read only when asked for. */
export class MessageUrl implements PolicyUrl {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly queryString: string;
  #query: ReadonlyMap<string, readonly string[]> | undefined;

  /** @param authority host and, where it isn't the scheme's default, port. */
  constructor(scheme: string, authority: string, path: string, queryString: string) {
    const port = /:(\d+)$/.exec(authority)?.[1];
    this.scheme = scheme;
    this.host = port === undefined ? authority : authority.slice(0, -port.length - 1);
    this.port = port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port);
    this.path = path;
    this.queryString = queryString;
  }

  get query(): ReadonlyMap<string, readonly string[]> {
    this.#query ??= readQuery(this.queryString);
    return this.#query;
  }

  /** The same URL with another path and query. */
  at(path: string, queryString: string): MessageUrl {
    const authority = `${this.host}:${this.port}`;
    return new MessageUrl(this.scheme, authority, path, queryString);
  }
}

/**
 * Percent-encodes what no address can have, as .NET's `Uri` does: blanks, control characters, and everything beyond
 * ASCII by its UTF-8. https://learn.microsoft.com/dotnet/api/system.uri#remarks
 */
export function escapeAddress(text: string): string {
  return text.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

function readQuery(queryString: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(queryString)) {
    const values = query.get(name);
    if (values) values.push(value);
    else query.set(name, [value]);
  }
  return query;
}
