import { z } from 'zod';
import { GatewayError } from '../errors/gateway-error.ts';
import { KEY_ONLY_PROVIDER } from '../governance/applications.ts';
import type { Caller, ReadHeader } from '../prediction/caller.ts';

const Guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
/**
 * An identifier of any issuer. Entra ID gives GUIDs, others names, addresses or numbers, in any script. The edge
 * percent-encodes it. An issuer's name of a caller has at most 255 characters (https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
 */
const Identifier = z
  .string()
  .regex(/^(?:[\w.~:@/|!'()*+-]|%[0-9A-F]{2})+$/i)
  .transform((encoded, context) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      context.addIssue({ code: 'custom', message: 'percent-encoded UTF-8' });
      return z.NEVER;
    }
  })
  .pipe(z.string().regex(/^[^\p{Cc}\p{Cs}]{1,256}$/u));
const ResourceName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,255}$/);

/** The headers of a caller with a token. */
const TokenHolder = z.object({
  identityProvider: ResourceName,
  tenantId: Identifier,
  objectId: Identifier,
  applicationId: Identifier,
  /** True when the application acts for a person. */
  isDelegated: z.enum(['true', 'false']).transform((isDelegated) => isDelegated === 'true'),
});

/** The headers of a caller with a key only. Nothing but its APIM subscription is known. */
const KeyHolder = z.object({
  identityProvider: z.literal(KEY_ONLY_PROVIDER),
  tenantId: z.literal(''),
  objectId: ResourceName,
  applicationId: z.literal(''),
  isDelegated: z.literal('false').transform(() => false),
});

/** The headers of every call. */
const CallHeaders = z.object({
  /** The roles, separated by spaces; Entra ID's app role values hold no space. The server's limit of headers bounds them. */
  roles: z.string().transform((roles) => roles.split(' ').filter((role) => role !== '')),
  subscriptionId: ResourceName,
  productId: ResourceName,
  requestId: Guid,
});

/** The headers that the edge's `stamp-identity` fragment sets; they override those that the caller sent. */
const StampedByToken = TokenHolder.extend(CallHeaders.shape);
const StampedByKey = KeyHolder.extend(CallHeaders.shape).refine(
  ({ objectId, subscriptionId }) => objectId === subscriptionId,
  { path: ['objectId'] },
);

/**
 * Reads the caller from the headers that the edge stamped.
 * @throws GatewayError CALLER_NOT_AUTHENTICATED for a missing or malformed header, which is a fault of the edge's policies.
 */
export function readStampedCaller(header: ReadHeader): Caller {
  const identityProvider = header('x-gateway-identity-provider');
  const StampedHeaders = identityProvider === KEY_ONLY_PROVIDER ? StampedByKey : StampedByToken;
  const parsed = StampedHeaders.safeParse({
    identityProvider,
    isDelegated: header('x-gateway-delegated'),
    tenantId: header('x-gateway-tenant-id') ?? '',
    objectId: header('x-gateway-object-id'),
    applicationId: header('x-gateway-application-id') ?? '',
    roles: header('x-gateway-roles') ?? '',
    subscriptionId: header('x-gateway-subscription-id'),
    productId: header('x-gateway-product-id'),
    requestId: header('x-gateway-request-id'),
  });
  if (parsed.success) return parsed.data;
  const missing = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].join(', ');
  throw new GatewayError(
    'CALLER_NOT_AUTHENTICATED',
    `API Management did not identify the caller: ${missing} missing or malformed.`,
  );
}
