import { z } from 'zod';
import { invalidBody } from '../errors/invalid-body.ts';
import { editJson } from '../json/edit-json.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { AnswerRewrite } from '../prediction/prediction.ts';
import { readMark, writeMark } from './cached-content-name.ts';
import { readAnswer, rewriteList, type JsonObject } from './json-answers.ts';
import { CacheListQuery, CachePatchQuery, NoQuery, writeQuery } from './list-query.ts';
import { expectOwn, isOwn } from './own-resource.ts';
import { refuseMembers } from './refuse-members.ts';
import { resourceName } from './resource-names.ts';
import { resourceRequest, type ResourceCall, type ResourceOperation } from './resource-operation.ts';
import { validateBody } from './validate-body.ts';
import { Content, Contents } from './vertex-bodies.ts';
import { validateSmallBody } from './validate-small-body.ts';

/**
 * The body of `cachedContents:create`. Its outermost object is strict, so that no member passes under a second name.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents
 */
const CachedContentBody = z.strictObject({
  model: z.string(),
  displayName: z.string().optional(),
  contents: Contents.optional(),
  systemInstruction: Content.optional(),
  system_instruction: Content.optional(),
  tools: z.unknown().optional(),
  toolConfig: z.unknown().optional(),
  tool_config: z.unknown().optional(),
  ttl: z.string().optional(),
  expireTime: z.string().optional(),
  expire_time: z.string().optional(),
});

/** The members that can be changed; a change has exactly one of them. */
const CachedContentPatch = z.strictObject({
  ttl: z.string().optional(),
  expireTime: z.string().optional(),
  expire_time: z.string().optional(),
});

const REFUSED = {
  encryptionSpec: 'must be left out: a context cache has the encryption key of its project',
  name: 'must be left out: Google sets it',
};

const create: ResourceOperation = {
  query: NoQuery,
  body: 'a context cache',
  async read(call) {
    refuseMembers(call.json, REFUSED);
    const { model, displayName } = await validateBody(CachedContentBody, call.json);
    return {
      // The content of a cache is billed as input once, when it is created; later answers repeat the same usage.
      // https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-overview
      format: 'gemini',
      request: (granted) => {
        if (granted.resource.kind !== 'model')
          throw invalidBody([{ field: 'model', description: 'must be a publisher’s model' }]);
        const isFull = model.startsWith('projects/') && model.endsWith(`/models/${granted.resource.model}`);
        const edited = editJson(call.json, {
          displayName: JSON.stringify(writeMark(granted, call.tools, displayName)),
          ...(!isFull && { model: JSON.stringify(resourceName(granted)) }),
        });
        return resourceRequest(call, 'POST', granted, '', edited);
      },
      rewrite: withoutOwner,
    };
  },
};

const list: ResourceOperation = {
  query: CacheListQuery,
  read: (call, query) => ({
    request: (granted) => resourceRequest(call, 'GET', granted, writeQuery(query)),
    rewrite: {
      whole: (body, granted) =>
        rewriteList(body, 'cachedContents', (cache) => {
          if (!isOwnCache(cache, granted)) return undefined;
          const { displayName, ...rest } = cache;
          const own = ownName(displayName);
          return own === '' ? rest : { ...rest, displayName: own };
        }),
    },
  }),
};

const get: ResourceOperation = {
  query: NoQuery,
  read(call) {
    const own = fetchOwn(call);
    return { prerequisite: { ...own, isAnswer: true }, request: own.request, rewrite: withoutOwner };
  },
};

const patch: ResourceOperation = {
  query: CachePatchQuery,
  body: 'a change of a context cache',
  read(call, query) {
    if (Object.keys(validateSmallBody(CachedContentPatch, call.json)).length !== 1)
      throw invalidBody([{ field: 'body', description: 'must have ttl or expireTime' }]);
    return {
      prerequisite: fetchOwn(call),
      request: (granted) =>
        resourceRequest(
          call,
          'PATCH',
          granted,
          `/${call.path.item ?? ''}${writeQuery(query)}`,
          call.request.body,
        ),
      rewrite: withoutOwner,
    };
  },
};

const remove: ResourceOperation = {
  query: NoQuery,
  read: (call) => ({
    prerequisite: fetchOwn(call),
    request: (granted) => resourceRequest(call, 'DELETE', granted, `/${call.path.item ?? ''}`),
  }),
};

/**
 * The methods of context caches, by Google's names. A caller sees only caches of owners that it reaches.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents
 */
export const cachedContents: Readonly<Record<string, ResourceOperation>> = {
  'cachedContents.create': create,
  'cachedContents.list': list,
  'cachedContents.get': get,
  'cachedContents.patch': patch,
  'cachedContents.delete': remove,
};

function fetchOwn(call: ResourceCall) {
  return {
    request: (granted: AuthorizedCall) => resourceRequest(call, 'GET', granted, `/${call.path.item ?? ''}`),
    check: (answer: unknown, granted: AuthorizedCall) => {
      expectOwn(answer, 'context cache', (cache) => isOwnCache(cache, granted));
    },
  };
}

function isOwnCache({ displayName, model }: JsonObject, granted: AuthorizedCall): boolean {
  return isOwn(granted, 'cacheContent', { owner: readMark(displayName)?.owner, model });
}

/** The display name as the caller gave it, without the owner. */
function ownName(displayName: unknown): string {
  return typeof displayName === 'string' ? displayName.slice(displayName.indexOf('/') + 1) : '';
}

const withoutOwner: AnswerRewrite = {
  async whole(body) {
    const answer = await readAnswer(body);
    const displayName = answer.member('displayName');
    if (!displayName) return body;
    const own = ownName(displayName.toJson());
    return editJson(answer, { displayName: own === '' ? undefined : JSON.stringify(own) });
  },
};
