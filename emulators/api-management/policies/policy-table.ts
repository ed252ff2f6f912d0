import { authenticationManagedIdentity } from './authentication-managed-identity.ts';
import { choose } from './choose.ts';
import { forwardRequest } from './forward-request.ts';
import { includeFragment } from './include-fragment.ts';
import type { PolicyDefinition } from './policy.ts';
import { quotaByKey } from './quota-by-key.ts';
import { rateLimitByKey } from './rate-limit-by-key.ts';
import { returnResponse } from './return-response.ts';
import { rewriteUri } from './rewrite-uri.ts';
import { setBackendService } from './set-backend-service.ts';
import { setBody } from './set-body.ts';
import { setHeader } from './set-header.ts';
import { setQueryParameter } from './set-query-parameter.ts';
import { setStatus } from './set-status.ts';
import { setVariable } from './set-variable.ts';
import { trace } from './trace.ts';
import { validateAzureAdToken } from './validate-azure-ad-token.ts';
import { validateJwt } from './validate-jwt.ts';

/** Every policy that is supported, by the name of its element. `base` is no policy: see `compile-plan.ts`. */
export const POLICIES: ReadonlyMap<string, PolicyDefinition> = new Map(
  [
    authenticationManagedIdentity,
    choose,
    forwardRequest,
    includeFragment,
    quotaByKey,
    rateLimitByKey,
    returnResponse,
    rewriteUri,
    setBackendService,
    setBody,
    setHeader,
    setQueryParameter,
    setStatus,
    setVariable,
    trace,
    validateAzureAdToken,
    validateJwt,
  ].map((policy) => [policy.name, policy]),
);
