import { createHash } from 'node:crypto';
import { GoogleError } from '../google-error.ts';
import type { Json } from '../read-message.ts';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The token of the next page; left out on the last page. */
  readonly nextPageToken?: string;
}

interface PageSizes {
  readonly standard: number;
  readonly most: number;
}

/**
 * Cuts a page out of a list, as `pageSize` and `pageToken` ask. A token is valid for the same query only.
 * Source: https://google.aip.dev/158
 * @throws GoogleError INVALID_ARGUMENT
 */
export function pageOf<T>(items: readonly T[], query: Json, { standard, most }: PageSizes): Page<T> {
  const { pageSize = 0, pageToken = '', ...rest } = query;
  const asked = Number(pageSize);
  if (asked < 0) throw new GoogleError('INVALID_ARGUMENT', 'The page size must not be negative.');
  const size = Math.min(asked === 0 ? standard : asked, most);
  const check = createHash('sha256').update(JSON.stringify(rest)).digest('base64url').slice(0, 8);
  const start = pageToken === '' ? 0 : readToken(pageToken as string, check);
  const next = start + size;
  const nextPageToken = Buffer.from(`${next}.${check}`).toString('base64url');
  return { items: items.slice(start, next), ...(next < items.length && { nextPageToken }) };
}

function readToken(token: string, check: string): number {
  const [, start] = /^(\d{1,9})\.(.+)$/.exec(Buffer.from(token, 'base64url').toString('latin1')) ?? [];
  if (start !== undefined && Buffer.from(`${start}.${check}`).toString('base64url') === token) {
    return Number(start);
  }
  throw new GoogleError('INVALID_ARGUMENT', 'The page token is not valid for this request.');
}
