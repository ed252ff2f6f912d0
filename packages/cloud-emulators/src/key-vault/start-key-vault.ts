import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { ROLE_IDS } from '../azure-rbac/built-in-roles.ts';
import type { RoleAssignments } from '../azure-rbac/role-assignments.ts';
import { Control, createControlledListener } from '../control/control.ts';
import { type AzurePrincipal, createAzureTokenVerifier } from '../entra/azure-token-verifier.ts';
import type { ControlAction } from '../control/server.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { badParameter, KeyVaultError } from './key-vault-error.ts';
import { attributesOf, createVaultKey, KEY_OPERATIONS, toKeyBundle, type VaultKey } from './vault-key.ts';

/** The options of `startKeyVault`. */
export interface KeyVaultOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  /** PEM of the server's certificate and private key. */
  readonly tls: { readonly cert: string; readonly key: string };
  /** Names of the RSA keys that the vault has. */
  readonly keys: readonly string[];
  readonly access: {
    readonly tenantId: string;
    /** Address of the key set that verifies the tenant's tokens. */
    readonly jwksUri: string;
    /** The vault's resource id, `/subscriptions/…`. */
    readonly resourceId: string;
    readonly roleAssignments: RoleAssignments;
  };
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A running emulator of Key Vault. */
export interface KeyVault extends Listening {
  readonly control: Control;
  /** The control action `PUT roles` { cryptoUsers } assigns the vault's role anew. */
  readonly actions: Readonly<Record<string, ControlAction>>;
  /** The vault's address, in place of `https://NAME.vault.azure.net`. */
  readonly vaultUrl: string;
}

const RESOURCE = 'https://vault.azure.net';
/** The versions that are accepted. Source: https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups */
const API_VERSIONS = new Set(['7.0', '7.1', '7.2', '7.3', '7.4', '7.5', '7.6', '2025-07-01']);
/** The roles' actions. Source: https://learn.microsoft.com/azure/role-based-access-control/permissions/security */
const ACTIONS: Readonly<Record<string, string>> = { sign: 'sign', wrapkey: 'wrap', unwrapkey: 'unwrap' };

/** Starts a key vault on 127.0.0.1. Its keys sign, wrap and unwrap, and never leave it. */
export async function startKeyVault(options: KeyVaultOptions): Promise<KeyVault> {
  const { access, now = Date.now } = options;
  const control = new Control('key-vault', now);
  const keys = await Promise.all(options.keys.map((name) => createVaultKey(name, now)));
  const principalOf = createAzureTokenVerifier({ ...access, audience: RESOURCE, now });
  const { resourceId, roleAssignments } = access;
  const server = createServer(
    options.tls,
    createControlledListener(control, async (request, body, response) => {
      const send = (status: number, answer: object, headers: Record<string, string> = {}): void => {
        response.writeHead(status, {
          'content-type': 'application/json; charset=utf-8',
          'x-ms-request-id': randomUUID(),
          ...headers,
        });
        response.end(JSON.stringify(answer));
      };
      try {
        const principal = await principalOf(request.headers.authorization);
        if (!principal) throw unauthorized(request);
        send(200, answer(keys, request, body, principal, access));
      } catch (error) {
        if (!(error instanceof KeyVaultError)) throw error;
        const challenge = {
          'www-authenticate': `Bearer authorization="https://login.microsoftonline.com/${access.tenantId}", resource="${RESOURCE}"`,
        };
        send(error.status, error.body, error.status === 401 ? challenge : {});
      }
    }),
  );
  const listening = await listen(server, options.port);
  const actions: KeyVault['actions'] = {
    'PUT roles': (change) => {
      const { cryptoUsers } = change as { readonly cryptoUsers: readonly string[] };
      const role = ROLE_IDS.keyVaultCryptoUser;
      roleAssignments.reassign(
        resourceId,
        cryptoUsers.map((principalId) => ({ principalId, role, scope: resourceId })),
      );
      return change;
    },
  };
  return { ...listening, control, actions, vaultUrl: `https://127.0.0.1:${listening.port}` };
}

function answer(
  keys: readonly VaultKey[],
  request: IncomingMessage,
  body: Buffer,
  principal: AzurePrincipal,
  { resourceId, roleAssignments }: KeyVaultOptions['access'],
): object {
  const { method = 'GET', headers } = request;
  const url = new URL(request.url ?? '/', 'https://127.0.0.1');
  requireApiVersion(url.searchParams);
  // The SDK leaves the version empty for the current one.
  const [, collection, name = '', version = '', operation = '', ...rest] = url.pathname.split('/');
  const action =
    method === 'GET' && operation === '' ? 'read' : method === 'POST' ? ACTIONS[operation] : undefined;
  if (collection !== 'keys' || name === '' || action === undefined || rest.length > 0)
    throw badParameter(
      'The emulator has no such operation: a key can be read, its versions be listed, and it can sign, wrap and unwrap.',
    );
  const dataAction = `Microsoft.KeyVault/vaults/keys/${action === 'read' ? 'read' : `${action}/action`}`;
  const permitted = roleAssignments.permits({
    principalId: principal.objectId,
    resourceId: `${resourceId}/keys/${name}`,
    action: dataAction,
    isDataAction: true,
  });
  if (!permitted) throw forbidden(principal, dataAction);
  const isList = method === 'GET' && version === 'versions';
  const isAny = version === '' || isList;
  const key = keys.find((one) => one.name === name && (isAny || version === one.version));
  if (!key) {
    throw new KeyVaultError(
      404,
      'KeyNotFound',
      `A key with (name/id) ${[name, version].filter(Boolean).join('/')} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
    );
  }
  const kid = `https://${headers.host ?? ''}/keys/${key.name}/${key.version}`;
  if (isList) return { value: [{ kid, attributes: attributesOf(key) }], nextLink: null };
  if (action === 'read') return toKeyBundle(key, kid);
  const { algorithm, value } = readParameters(headers['content-type'], body);
  const operate = KEY_OPERATIONS[operation]?.[algorithm];
  if (!operate) {
    const known = Object.keys(KEY_OPERATIONS[operation] ?? {}).join(', ');
    throw badParameter(`Parameter 'alg' is not one that the emulator has for ${operation}: ${known}.`);
  }
  return { kid, value: operate(key, value).toString('base64url') };
}

function requireApiVersion(query: URLSearchParams): void {
  const version = query.get('api-version');
  if (version === null) throw badParameter('api-version must be specified');
  if (!API_VERSIONS.has(version))
    throw badParameter(`api-version is not one of ${[...API_VERSIONS].join(', ')}.`);
}

function readParameters(
  contentType: string | undefined,
  body: Buffer,
): { readonly algorithm: string; readonly value: Buffer } {
  if (!/^application\/json\b/i.test(contentType ?? ''))
    throw new KeyVaultError(415, 'UnsupportedMediaType', 'The Content-Type must be application/json.');
  const { alg, value, ...others } = parseObject(body);
  const [other] = Object.keys(others);
  if (other !== undefined) throw badParameter("The emulator takes 'alg' and 'value', and nothing else.");
  if (typeof alg !== 'string' || alg === '') throw badParameter("Property 'alg' is required.");
  if (typeof value !== 'string' || !/^[\w-]+$/.test(value))
    throw badParameter("Property 'value' is required, encoded with base64url.");
  return { algorithm: alg, value: Buffer.from(value, 'base64url') };
}

function parseObject(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Malformed JSON is answered as a body of another type.
  }
  throw badParameter('The request body must be a JSON object.');
}

function unauthorized({ headers: { authorization } }: IncomingMessage): KeyVaultError {
  const message =
    authorization === undefined
      ? 'AKV10000: Request is missing a Bearer or PoP token.'
      : 'The token is not one of this tenant for this vault, or has expired.';
  return new KeyVaultError(401, 'Unauthorized', message);
}

function forbidden({ clientId, objectId }: AzurePrincipal, dataAction: string): KeyVaultError {
  return new KeyVaultError(
    403,
    'Forbidden',
    [
      'Caller is not authorized to perform action on resource.',
      'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
      `Caller: appid=${clientId};oid=${objectId}`,
      `Action: '${dataAction}'`,
    ].join('\r\n'),
    'ForbiddenByRbac',
  );
}
