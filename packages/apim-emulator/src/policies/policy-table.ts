import { authenticationManagedIdentity } from './authentication-managed-identity.ts';
import { azureOpenaiEmitTokenMetric } from './azure-openai-emit-token-metric.ts';
import { azureOpenaiTokenLimit } from './azure-openai-token-limit.ts';
import { cacheLookupValue } from './cache-lookup-value.ts';
import { cacheRemoveValue } from './cache-remove-value.ts';
import { cacheStoreValue } from './cache-store-value.ts';
import { checkHeader } from './check-header.ts';
import { choose } from './choose.ts';
import { cors } from './cors.ts';
import { emitMetric } from './emit-metric.ts';
import { forwardRequest } from './forward-request.ts';
import { includeFragment } from './include-fragment.ts';
import { ipFilter } from './ip-filter.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { llmEmitTokenMetric } from './llm-emit-token-metric.ts';
import { llmTokenLimit } from './llm-token-limit.ts';
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
    azureOpenaiEmitTokenMetric,
    azureOpenaiTokenLimit,
    cacheLookupValue,
    cacheRemoveValue,
    cacheStoreValue,
    checkHeader,
    choose,
    cors,
    emitMetric,
    forwardRequest,
    includeFragment,
    ipFilter,
    limitConcurrency,
    llmEmitTokenMetric,
    llmTokenLimit,
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
