import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Control, controlled } from '../control/control.ts';
import type { ControlAction } from '../control/server.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { grantToken } from './grant-token.ts';
import { createMint } from './mint-token.ts';
import type { Application, ServicePrincipal } from './sample-applications.ts';
import { TokenError, toErrorBody } from './token-error.ts';
import { createTokenIssuer, type TokenIssuer } from './token-issuer.ts';

export interface EntraOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly tenantId: string;
  /** What can get tokens from the token endpoint. */
  readonly applications: readonly Application[];
  /** Managed identities: the token endpoint does not know them, `POST tokens` of the control surface does. */
  readonly servicePrincipals: readonly ServicePrincipal[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface Entra extends Listening {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly jwksUri: string;
  readonly issueToken: TokenIssuer['issueToken'];
  readonly control: Control;
  /** `POST tokens` { application, expiresInSeconds?, audience?, issuer?, claims? } → { access_token }. */
  readonly actions: Readonly<Record<string, ControlAction>>;
}

interface Tenant {
  readonly id: string;
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly jwksUri: string;
}

/** Starts an Entra ID tenant on 127.0.0.1: OpenID discovery, keys, and tokens by client credentials. */
export async function startEntra(options: EntraOptions): Promise<Entra> {
  const { tenantId, applications, servicePrincipals, now = Date.now } = options;
  const control = new Control('entra', now);
  // The issuer's address holds the port, which is known only once the server listens.
  const ready = Promise.withResolvers<{ tenant: Tenant; issuer: TokenIssuer }>();
  const server = createServer(
    controlled(control, async (request, body, response) => {
      const { tenant, issuer } = await ready.promise;
      try {
        const answer = await route(request, body, tenant, applications, issuer);
        if (answer) send(response, 200, answer);
        else response.writeHead(404).end();
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        send(response, 400, toErrorBody(error, new Date(now())));
      }
    }),
  );
  const listening = await listen(server, options.port);
  const base = `http://127.0.0.1:${listening.port}/${tenantId}`;
  const tenant = {
    id: tenantId,
    issuer: `${base}/v2.0`,
    tokenUrl: `${base}/oauth2/v2.0/token`,
    jwksUri: `${base}/discovery/v2.0/keys`,
  };
  // Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
  const standing = () => ({ tid: tenantId, uti: randomUUID(), ver: '2.0' });
  const issuer = await createTokenIssuer(tenant.issuer, standing, now);
  ready.resolve({ tenant, issuer });
  const principals = [
    ...applications,
    ...servicePrincipals.map((principal) => ({ ...principal, roles: [] })),
  ];
  return {
    ...listening,
    issuer: tenant.issuer,
    tokenUrl: tenant.tokenUrl,
    jwksUri: tenant.jwksUri,
    issueToken: (claims) => issuer.issueToken(claims),
    control,
    actions: { 'POST tokens': createMint(principals, issuer, now) },
  };
}

async function route(
  request: IncomingMessage,
  body: Buffer,
  tenant: Tenant,
  applications: readonly Application[],
  issuer: TokenIssuer,
): Promise<object | undefined> {
  const { pathname } = new URL(request.url ?? '/', tenant.issuer);
  const [, tenantId = '', ...rest] = pathname.split('/');
  const path = rest.join('/');
  if (path === 'oauth2/v2.0/token') {
    if (request.method !== 'POST') {
      throw new TokenError(
        'invalid_request',
        900561,
        `The endpoint only accepts POST requests. Received a ${request.method ?? 'GET'} request.`,
      );
    }
    requireTenant(tenantId, tenant, 'invalid_request');
    const form = new URLSearchParams(body.toString('utf8'));
    return grantToken(form, request.headers.authorization, applications, tenant.id, issuer);
  }
  if (request.method !== 'GET') return undefined;
  switch (path) {
    case 'v2.0/.well-known/openid-configuration':
      requireTenant(tenantId, tenant, 'invalid_tenant');
      return discoveryOf(tenant);
    case 'discovery/v2.0/keys':
      requireTenant(tenantId, tenant, 'invalid_tenant');
      return { keys: issuer.publicKeys().map((key) => ({ ...key, issuer: tenant.issuer })) };
    default:
      return undefined;
  }
}

function requireTenant(tenantId: string, tenant: Tenant, error: 'invalid_request' | 'invalid_tenant'): void {
  if (tenantId === tenant.id) return;
  throw new TokenError(
    error,
    90002,
    `Tenant '${tenantId}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  );
}

/** Source: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document */
function discoveryOf(tenant: Tenant): Record<string, unknown> {
  return {
    token_endpoint: tenant.tokenUrl,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    jwks_uri: tenant.jwksUri,
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    issuer: tenant.issuer,
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store, no-cache',
    })
    .end(JSON.stringify(body));
}
