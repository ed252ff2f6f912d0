import type { AccessTokens } from './access-tokens.ts';
import { ApiError } from './generate-access-token.ts';
import type { PoolProvider } from './subject-token.ts';

/**
 * A provider with its state. A deleted one can be restored for 30 days.
 * Source: https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers
 */
export interface PoolProviderState extends PoolProvider {
  readonly state: 'ACTIVE' | 'DELETED';
  readonly disabled: boolean;
}

const CHANGEABLE = new Set([
  'issuerUri',
  'openIdConfiguration',
  'allowedAudiences',
  'attributeCondition',
  'state',
  'disabled',
]);

/** Applies the changes of a control request. @throws TypeError for a member that can't be changed. */
export function readPoolProvider(changes: unknown, provider: PoolProviderState): PoolProviderState {
  const unknown = Object.keys(changes as object).find((name) => !CHANGEABLE.has(name));
  if (unknown !== undefined) throw new TypeError(`"${unknown}" is not one of ${[...CHANGEABLE].join(', ')}.`);
  return { ...provider, ...(changes as Partial<PoolProviderState>) };
}

/**
 * Describes the provider, as `workloadIdentityPools.providers.get` does. People may read it; the pool's own subjects
 * lack the permission, as roles for predictions don't have it.
 * Source: https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers/get
 * @throws ApiError for a missing token, or a principal that is no person.
 */
export function describeProvider(
  { audience, issuerUri, allowedAudiences, attributeCondition, state, disabled }: PoolProviderState,
  authorization: string | undefined,
  tokens: AccessTokens,
): Record<string, unknown> {
  const holder = tokens.check(/^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
  if (!holder) throw new ApiError(401, 'Request had invalid authentication credentials.');
  const name = audience.slice('//iam.googleapis.com/'.length);
  if (!holder.principal.startsWith('user:')) {
    const permission = 'iam.workloadIdentityPoolProviders.get';
    throw new ApiError(
      403,
      `Permission '${permission}' denied on resource '${audience}' (or it may not exist).`,
      [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'IAM_PERMISSION_DENIED',
          domain: 'iam.googleapis.com',
          metadata: { permission, resource: name },
        },
      ],
    );
  }
  return {
    name,
    state,
    ...(disabled && { disabled }),
    attributeMapping: { 'google.subject': 'assertion.sub' },
    attributeCondition,
    oidc: { issuerUri, allowedAudiences },
  };
}
