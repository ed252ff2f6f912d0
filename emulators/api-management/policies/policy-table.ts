import { authenticationManagedIdentity } from './authentication-managed-identity.ts';
import { cacheLookupValue } from './cache-lookup-value.ts';
import { cacheRemoveValue } from './cache-remove-value.ts';
import { cacheStoreValue } from './cache-store-value.ts';
import { checkHeader } from './check-header.ts';
import { choose } from './choose.ts';
import { cors } from './cors.ts';
import { forwardRequest } from './forward-request.ts';
import { includeFragment } from './include-fragment.ts';
import { ipFilter } from './ip-filter.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import type { PolicyDefinition } from './policy.ts';
import { quota } from './quota.ts';
import { quotaByKey } from './quota-by-key.ts';
import { rateLimit } from './rate-limit.ts';
import { rateLimitByKey } from './rate-limit-by-key.ts';
import { retry } from './retry.ts';
import { returnResponse } from './return-response.ts';
import { rewriteUri } from './rewrite-uri.ts';
import { sendRequest } from './send-request.ts';
import { setBackendService } from './set-backend-service.ts';
import { setBody } from './set-body.ts';
import { setHeader } from './set-header.ts';
import { setMethod } from './set-method.ts';
import { setQueryParameter } from './set-query-parameter.ts';
import { setStatus } from './set-status.ts';
import { setVariable } from './set-variable.ts';
import { trace } from './trace.ts';
import { validateAzureAdToken } from './validate-azure-ad-token.ts';
import { validateContent } from './validate-content.ts';
import { validateJwt } from './validate-jwt.ts';
import { validateParameters } from './validate-parameters.ts';

/** Every policy that is supported, by the name of its element. `base` is no policy: see `compile-plan.ts`. */
export const POLICIES: ReadonlyMap<string, PolicyDefinition> = new Map(
  [
    authenticationManagedIdentity,
    cacheLookupValue,
    cacheRemoveValue,
    cacheStoreValue,
    checkHeader,
    choose,
    cors,
    forwardRequest,
    includeFragment,
    ipFilter,
    limitConcurrency,
    quota,
    quotaByKey,
    rateLimit,
    rateLimitByKey,
    retry,
    returnResponse,
    rewriteUri,
    sendRequest,
    setBackendService,
    setBody,
    setHeader,
    setMethod,
    setQueryParameter,
    setStatus,
    setVariable,
    trace,
    validateAzureAdToken,
    validateContent,
    validateJwt,
    validateParameters,
  ].map((policy) => [policy.name, policy]),
);
