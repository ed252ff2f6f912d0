import type { CachedContent } from './cached-content-store.ts';
import { countByModality, totalOf } from '../count-tokens.ts';
import { badRequest, GoogleError } from '../google-error.ts';
import { pageOf } from './page.ts';
import { readPrompt } from '../gemini/read-prompt.ts';
import { IGNORED_ON_INPUT, readCachedContent, readExpiry, readModel } from './read-cached-content.ts';
import type { Json } from '../read-message.ts';
import { readQuery } from '../read-query.ts';
import type { RestOperation } from '../rest-operation.ts';
import { checkParent } from '../sample-resources.ts';
import { countCharacters } from '../characters.ts';

const COLLECTION = 'projects/{project}/locations/{location}/cachedContents';
const CACHE = `${COLLECTION}/{cachedContent}`;
const SERVICE = 'GenAiCacheService';
/**
 * The smallest prompt of a cache.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-overview#limits
 */
const MINIMUM_TOKENS = 2048;
const MAXIMUM_BYTES = 10 * 1024 * 1024;
const LIFETIME_IN_MS = 3_600_000;
const PAGE_SIZES = { standard: 100, most: 1000 };
/**
 * The operation that creates a context cache.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/create
 */
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
    const message = readCachedContent(call);
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

/**
 * The operation that lists context caches.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/list
 */
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

/**
 * The operation that gets a context cache.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/get
 */
export const getCachedContent: RestOperation = {
  httpMethod: 'GET',
  paths: [CACHE],
  method: `${SERVICE}.GetCachedContent`,
  serve: ({ served, route }) => ({ json: asJson(served.cachedContents.get(route.name)) }),
};

/**
 * The operation that updates a context cache.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/patch
 */
export const updateCachedContent: RestOperation = {
  httpMethod: 'PATCH',
  paths: [CACHE],
  method: `${SERVICE}.UpdateCachedContent`,
  queryMessage: 'UpdateCachedContentRequest',
  serve: (call) => {
    const { served, route } = call;
    const cache = served.cachedContents.get(route.name);
    const message = readCachedContent(call);
    const type = served.protos.message(route.version, 'UpdateCachedContentRequest');
    const { updateMask } = readQuery(type, route.query);
    const given = Object.keys(message).filter((name) => !IGNORED_ON_INPUT.includes(name));
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

/**
 * The operation that deletes a context cache.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/delete
 */
export const deleteCachedContent: RestOperation = {
  httpMethod: 'DELETE',
  paths: [CACHE],
  method: `${SERVICE}.DeleteCachedContent`,
  serve: ({ served, route }) => {
    served.cachedContents.delete(served.cachedContents.get(route.name).name);
    return { json: {} };
  },
};

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
      textCount: countCharacters(texts.join('')),
      ...(images > 0 && { imageCount: images }),
    },
  };
}

function camel(path: string): string {
  return path.trim().replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
