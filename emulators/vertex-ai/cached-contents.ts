import type { CachedContent } from './cached-content-store.ts';
import { countByModality, totalOf } from './count-tokens.ts';
import { badRequest, GoogleError } from './google-error.ts';
import { pageOf } from './page.ts';
import { readPrompt } from './read-generate-request.ts';
import { type Json, readMessage } from './read-message.ts';
import { readQuery } from './read-query.ts';
import { refuseOthers } from './refusals.ts';
import { parseBody } from './request-body.ts';
import type { RestCall, RestOperation } from './rest-operation.ts';
import { checkParent, findPublisherModel, withProjectNumber } from './sample-resources.ts';

const COLLECTION = 'projects/{project}/locations/{location}/cachedContents';
const CACHE = `${COLLECTION}/{cachedContent}`;
const SERVICE = 'GenAiCacheService';
/** Source: https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-overview#limits */
const MINIMUM_TOKENS = 2048;
const MINIMUM_LIFETIME_IN_MS = 60_000;
const MAXIMUM_BYTES = 10 * 1024 * 1024;
const LIFETIME_IN_MS = 3_600_000;
const PAGE_SIZES = { standard: 100, most: 1000 };
/** `name` and what is only for output are ignored, as at Google. */
const IGNORED = ['name', 'createTime', 'updateTime', 'usageMetadata'];
const SUPPORTED = new Set([
  ...IGNORED,
  'model',
  'displayName',
  'systemInstruction',
  'contents',
  'tools',
  'toolConfig',
  'ttl',
  'expireTime',
]);

/** Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/create */
export const createCachedContent: RestOperation = {
  httpMethod: 'POST',
  paths: [COLLECTION],
  method: `${SERVICE}.CreateCachedContent`,
  serve: (call) => {
    const { served, route, body } = call;
    checkParent(route.params, 'aiplatform.cachedContents.create');
    if (body.length > MAXIMUM_BYTES) {
      throw new GoogleError('INVALID_ARGUMENT', 'The content to cache is larger than 10 MB.');
    }
    const message = readCache(call);
    const model = readModel(message.model, route.params);
    const { texts, files, tools } = readPrompt(message, { contentsRequired: false });
    const tokens = totalOf(countByModality({ texts, files }));
    if (tokens < MINIMUM_TOKENS) {
      throw new GoogleError(
        'INVALID_ARGUMENT',
        `The cached content is of ${tokens} tokens. The minimum token count to start caching is ${MINIMUM_TOKENS}.`,
      );
    }
    const now = served.now();
    const cache: CachedContent = {
      name: served.cachedContents.nextName(route.params.location ?? ''),
      model,
      ...(message.displayName !== undefined && { displayName: message.displayName as string }),
      createdAt: now,
      updatedAt: now,
      expiresAt: readExpiry(message, now) ?? now + LIFETIME_IN_MS,
      prompt: { texts, files, tools },
    };
    served.cachedContents.put(cache);
    return { json: asJson(cache) };
  },
};

/** Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/list */
export const listCachedContents: RestOperation = {
  httpMethod: 'GET',
  paths: [COLLECTION],
  method: `${SERVICE}.ListCachedContents`,
  queryMessage: 'ListCachedContentsRequest',
  serve: ({ served, route }) => {
    checkParent(route.params, 'aiplatform.cachedContents.list');
    const type = served.protos.message(route.version, 'ListCachedContentsRequest');
    const caches = served.cachedContents.list(route.params.location ?? '');
    const { items, nextPageToken } = pageOf(caches, readQuery(type, route.query), PAGE_SIZES);
    return {
      json: {
        ...(items.length > 0 && { cachedContents: items.map(asJson) }),
        ...(nextPageToken !== undefined && { nextPageToken }),
      },
    };
  },
};

/** Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/get */
export const getCachedContent: RestOperation = {
  httpMethod: 'GET',
  paths: [CACHE],
  method: `${SERVICE}.GetCachedContent`,
  serve: ({ served, route }) => ({ json: asJson(served.cachedContents.get(route.name)) }),
};

/** Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/patch */
export const updateCachedContent: RestOperation = {
  httpMethod: 'PATCH',
  paths: [CACHE],
  method: `${SERVICE}.UpdateCachedContent`,
  queryMessage: 'UpdateCachedContentRequest',
  serve: (call) => {
    const { served, route } = call;
    const cache = served.cachedContents.get(route.name);
    const message = readCache(call);
    const type = served.protos.message(route.version, 'UpdateCachedContentRequest');
    const { updateMask } = readQuery(type, route.query);
    const given = Object.keys(message).filter((name) => !IGNORED.includes(name));
    const paths = updateMask === undefined ? given : (updateMask as string).split(',').map(camel);
    const other = paths.find((path) => path !== 'ttl' && path !== 'expireTime');
    if (other !== undefined) {
      throw badRequest([
        { field: 'update_mask', description: 'Only ttl and expireTime of a cached content can be updated.' },
      ]);
    }
    const now = served.now();
    const chosen = Object.fromEntries(paths.map((path) => [path, message[path]]));
    const expiresAt = readExpiry(chosen, now);
    if (expiresAt === undefined) {
      throw badRequest([
        { field: 'cached_content', description: 'The request must have a ttl or an expireTime to update.' },
      ]);
    }
    const updated = { ...cache, expiresAt, updatedAt: now };
    served.cachedContents.put(updated);
    return { json: asJson(updated) };
  },
};

/** Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/delete */
export const deleteCachedContent: RestOperation = {
  httpMethod: 'DELETE',
  paths: [CACHE],
  method: `${SERVICE}.DeleteCachedContent`,
  serve: ({ served, route }) => {
    served.cachedContents.delete(served.cachedContents.get(route.name).name);
    return { json: {} };
  },
};

function readCache({ served, route, body }: RestCall): Json {
  const message = readMessage(served.protos.message(route.version, 'CachedContent'), parseBody(body));
  refuseOthers(message, SUPPORTED, 'cachedContent.');
  return message;
}

/** The model by its full name, in the project and location of the cache. */
function readModel(
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

/** @returns milliseconds since 1970; undefined when neither `ttl` nor `expireTime` is given */
function readExpiry({ ttl, expireTime }: Json, now: number): number | undefined {
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

function camel(path: string): string {
  return path.trim().replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function asJson({ name, model, displayName, createdAt, updatedAt, expiresAt, prompt }: CachedContent): Json {
  const { texts, files = [] } = prompt;
  const images = files.filter(({ modality }) => modality === 'IMAGE').length;
  return {
    name,
    model,
    createTime: new Date(createdAt).toISOString(),
    updateTime: new Date(updatedAt).toISOString(),
    expireTime: new Date(expiresAt).toISOString(),
    ...(displayName !== undefined && { displayName }),
    usageMetadata: {
      totalTokenCount: totalOf(countByModality(prompt)),
      textCount: Array.from(texts.join('')).length,
      ...(images > 0 && { imageCount: images }),
    },
  };
}
