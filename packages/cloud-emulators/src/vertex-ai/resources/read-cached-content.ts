import { badRequest } from '../google-error.ts';
import { type Json, readMessage } from '../read-message.ts';
import { refuseOthers } from '../refusals.ts';
import { parseBody } from '../request-body.ts';
import type { RestCall } from '../rest-operation.ts';
import { findPublisherModel, withProjectNumber } from '../sample-resources.ts';

/**
 * The shortest lifetime of a cache.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-overview#limits
 */
const MINIMUM_LIFETIME_IN_MS = 60_000;
/** The fields that requests may have and that are ignored, as at Google: `name` and the output-only ones. */
export const IGNORED_ON_INPUT = ['name', 'createTime', 'updateTime', 'usageMetadata'];
const SUPPORTED = new Set([
  ...IGNORED_ON_INPUT,
  'model',
  'displayName',
  'systemInstruction',
  'contents',
  'tools',
  'toolConfig',
  'ttl',
  'expireTime',
]);

/**
 * Reads a CachedContent. @throws GoogleError INVALID_ARGUMENT; UNIMPLEMENTED for fields that this emulator does not
 * keep
 */
export function readCachedContent({ served, route, body }: RestCall): Json {
  const message = readMessage(served.protos.message(route.version, 'CachedContent'), parseBody(body));
  refuseOthers(message, SUPPORTED, 'cachedContent.');
  return message;
}

/**
 * Reads the model, by its full name in the project and location of the cache.
 * @throws GoogleError INVALID_ARGUMENT, NOT_FOUND
 */
export function readModel(
  value: unknown,
  { project = '', location = '' }: Readonly<Record<string, string>>,
): string {
  const [, publisher = '', model = ''] =
    /^projects\/[^/]+\/locations\/[^/]+\/publishers\/([^/]+)\/models\/([^/]+)$/.exec(
      (value as string | undefined) ?? '',
    ) ?? [];
  const parent = withProjectNumber(`projects/${project}/locations/${location}/`);
  if (model === '' || !withProjectNumber(value as string).startsWith(parent)) {
    throw badRequest([
      {
        field: 'cached_content.model',
        description:
          'The model of a cached content must be projects/{project}/locations/{location}/publishers/google/models/{model}, in the project and location of the cached content.',
      },
    ]);
  }
  findPublisherModel({ project, location, publisher, model }, 'generateContent', 'cachedContents');
  return withProjectNumber(value as string);
}

/**
 * Reads `ttl` or `expireTime`.
 * @returns milliseconds since 1970; undefined when neither is given
 * @throws GoogleError INVALID_ARGUMENT
 */
export function readExpiry({ ttl, expireTime }: Json, now: number): number | undefined {
  if (ttl === undefined && expireTime === undefined) return undefined;
  const seconds = /^(\d{1,12}(?:\.\d{1,9})?)s$/.exec((ttl as string | undefined) ?? '')?.[1];
  const instant = /^\d{4}-\d{2}-\d{2}T/.test((expireTime as string | undefined) ?? '')
    ? Date.parse(expireTime as string)
    : Number.NaN;
  const expiresAt = ttl === undefined ? instant : now + Number(seconds) * 1000;
  const field = ttl === undefined ? 'expire_time' : 'ttl';
  if (Number.isNaN(expiresAt) || Number.isNaN(new Date(expiresAt).getTime())) {
    const form =
      ttl === undefined ? 'a timestamp in RFC 3339 format' : 'a duration in seconds, such as 3600s';
    throw badRequest([{ field, description: `The ${field} of a cached content must be ${form}.` }]);
  }
  if (expiresAt - now >= MINIMUM_LIFETIME_IN_MS) return expiresAt;
  throw badRequest([{ field, description: 'A cached content must not expire in less than a minute.' }]);
}
