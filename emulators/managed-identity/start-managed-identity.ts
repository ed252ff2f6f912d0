import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Control, controlled } from '../control/control.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { identityClaims } from './identity-claims.ts';

const API_VERSION = '2019-08-01';
const PARAMETERS = new Set(['api-version', 'resource', 'client_id', 'principal_id']);

/** A managed identity, assigned to one app. */
export interface AssignedIdentity {
  /** Part of the endpoint's address, such as `function-app`. */
  readonly name: string;
  readonly clientId: string;
  readonly objectId: string;
}

export interface ManagedIdentityOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly tenantId: string;
  readonly identities: readonly AssignedIdentity[];
  /** Signs a token with these claims, as the identity's tenant does. */
  readonly issueToken: (claims: Readonly<Record<string, unknown>>) => Promise<string>;
  /** 86,400 when left out: the platform keeps a token for around 24 hours. */
  readonly tokenLifetimeInSeconds?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** What the app of an identity finds in its environment. */
export interface IdentityEnvironment {
  readonly IDENTITY_ENDPOINT: string;
  readonly IDENTITY_HEADER: string;
}

/** A token that an identity got. */
export interface IdentityToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

export interface ManagedIdentity extends Listening {
  readonly control: Control;
  /** The environment of the app that has this identity. */
  environmentOf(name: string): IdentityEnvironment;
  /** A token without HTTP, for a platform service that emulates its own identity. */
  requestToken(name: string, resource: string): Promise<IdentityToken>;
}

/**
 * Starts the token endpoint that App Service gives to apps with a managed identity, one address per identity.
 * Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export async function startManagedIdentity(options: ManagedIdentityOptions): Promise<ManagedIdentity> {
  const { tenantId, issueToken, tokenLifetimeInSeconds = 86_400, now = Date.now } = options;
  const control = new Control('managed-identity', now);
  const identities = new Map(
    options.identities.map((identity) => [
      identity.name,
      { ...identity, header: randomBytes(16).toString('hex').toUpperCase() },
    ]),
  );

  const find = (name: string) => {
    const identity = identities.get(name);
    if (!identity) throw new TypeError(`There is no managed identity "${name}".`);
    return identity;
  };
  const requestToken = async (name: string, resource: string): Promise<IdentityToken> => {
    const expiresAt = Math.floor(now() / 1000) + tokenLifetimeInSeconds;
    const accessToken = await issueToken({
      ...identityClaims(find(name), resource, tenantId),
      exp: expiresAt,
    });
    return { accessToken, expiresAt: new Date(expiresAt * 1000) };
  };

  const server = createServer(
    controlled(control, async (request, _body, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const name = /^\/([^/]+)\/msi\/token\/?$/.exec(url.pathname)?.[1];
      const identity = identities.get(name ?? '');
      if (!identity || request.method !== 'GET') {
        response.writeHead(404).end();
        return;
      }
      const problem = findProblem(request, url.searchParams, identity);
      if (problem) {
        send(response, problem.status, {
          statusCode: problem.status,
          message: problem.message,
          correlationId: randomUUID(),
        });
        return;
      }
      const resource = url.searchParams.get('resource') ?? '';
      const { accessToken, expiresAt } = await requestToken(identity.name, resource);
      send(response, 200, {
        access_token: accessToken,
        client_id: identity.clientId,
        expires_on: String(expiresAt.getTime() / 1000),
        resource,
        token_type: 'Bearer',
      });
    }),
  );

  const listening = await listen(server, options.port);
  return {
    ...listening,
    control,
    requestToken,
    environmentOf: (name) => ({
      IDENTITY_ENDPOINT: `http://127.0.0.1:${listening.port}/${find(name).name}/msi/token`,
      IDENTITY_HEADER: find(name).header,
    }),
  };
}

function findProblem(
  request: IncomingMessage,
  query: URLSearchParams,
  identity: AssignedIdentity & { readonly header: string },
): { status: number; message: string } | undefined {
  if (request.headers['x-identity-header'] !== identity.header)
    return { status: 401, message: 'The X-IDENTITY-HEADER header is missing or not the one of this app.' };
  if (query.get('api-version') !== API_VERSION)
    return { status: 400, message: `Unsupported api-version. Use ${API_VERSION}.` };
  if (!query.get('resource')) return { status: 400, message: 'The query parameter resource is missing.' };
  const unsupported = [...query.keys()].find((name) => !PARAMETERS.has(name));
  if (unsupported !== undefined)
    return { status: 400, message: `The query parameter ${unsupported} is not supported.` };
  const isOther = (parameter: string, id: string) => (query.get(parameter) ?? id).toLowerCase() !== id;
  if (isOther('client_id', identity.clientId) || isOther('principal_id', identity.objectId)) {
    return {
      status: 400,
      message: 'Unable to load the proper Managed Identity.',
    };
  }
  return undefined;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
