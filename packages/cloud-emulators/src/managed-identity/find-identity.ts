/** The ids of an identity. */
interface Identity {
  readonly clientId: string;
  readonly objectId: string;
  readonly resourceId?: string;
}

/** The id that each request parameter names; `object_id` is an alias. */
const PROPERTY_BY_PARAMETER = new Map<string, keyof Identity>([
  ['client_id', 'clientId'],
  ['principal_id', 'objectId'],
  ['object_id', 'objectId'],
  ['mi_res_id', 'resourceId'],
]);

/** The query parameters that can name an identity. */
export const IDENTITY_PARAMETERS = [...PROPERTY_BY_PARAMETER.keys()];

/**
 * Finds the identity that a request names, or the system-assigned one when it names none. The result is undefined when
 * the app has no such identity, or the request names it twice.
 * Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function findIdentity<One extends Identity>(
  identities: readonly One[],
  query: URLSearchParams,
): One | undefined {
  const [named, another] = [...query].filter(([parameter]) => PROPERTY_BY_PARAMETER.has(parameter));
  if (another) return undefined;
  if (!named) return identities.find(({ resourceId }) => resourceId === undefined);
  const [parameter, id] = named;
  const key = PROPERTY_BY_PARAMETER.get(parameter) ?? 'clientId';
  return identities.find((identity) => identity[key]?.toLowerCase() === id.toLowerCase());
}
