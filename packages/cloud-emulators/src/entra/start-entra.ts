import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Control, createControlledListener } from '../control/control.ts';
import type { ControlAction } from '../control/server.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { accessTokenClaims, BY_CERTIFICATE, BY_SECRET, v1IssuerOf } from './access-token-claims.ts';
import type { ApiRegistration } from './api-registration.ts';
import { grantToken } from './grant-token.ts';
import { createMint, type NamedSubject } from './mint-token.ts';
import { openIdConfiguration, v1OpenIdConfiguration } from './openid-configuration.ts';
import type { Application, ServicePrincipal } from './sample-applications.ts';
import { Tenant } from './tenant.ts';
import { TokenError, toErrorBody } from './token-error.ts';
import { createTokenIssuer, type TokenIssuer } from './token-issuer.ts';

/** The options of `startEntra`. */
export interface EntraOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  readonly tenantId: string;
  /**
   * The APIs that tokens can be asked for, besides Azure's own services. A request that names none gets a token for the
   * first.
   */
  readonly apis?: readonly ApiRegistration[];
  /** The applications that the token endpoint issues tokens to. */
  readonly applications: readonly Application[];
  /** Managed identities. The token endpoint does not know them; `POST tokens` of the control surface does. */
  readonly servicePrincipals: readonly ServicePrincipal[];
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A running emulator of Entra ID. */
export interface Entra extends Listening {
  /** `iss` of v2.0 tokens. */
  readonly issuer: string;
  /** `iss` of v1.0 tokens. */
  readonly v1Issuer: string;
  readonly tokenUrl: string;
  readonly jwksUri: string;
  readonly issueToken: TokenIssuer['issueToken'];
  /** Issues a token of a managed identity, which gets it through its platform alone. @throws TokenError */
  readonly issueIdentityToken: (
    identity: Omit<ServicePrincipal, 'name'>,
    resource: string,
    expiresAt: Date,
  ) => Promise<string>;
  readonly control: Control;
  /**
   * The actions of the control surface:
   * `POST tokens` { application, expiresInSeconds?, audience?, issuer?, claims? } → { access_token };
   * `PATCH registrations/{client id of an API}` { requestedAccessTokenVersion } → the registration.
   */
  readonly actions: Readonly<Record<string, ControlAction>>;
}

/** Starts an Entra ID tenant on 127.0.0.1: OpenID discovery, keys, and tokens by client credentials. */
export async function startEntra(options: EntraOptions): Promise<Entra> {
  const { tenantId, apis = [], servicePrincipals, now = Date.now } = options;
  const applications = options.applications.map((one): NamedSubject => ({
    ...one,
    person: one.person,
    authenticatedBy: BY_SECRET,
  }));
  const control = new Control('entra', now);
  // The issuer's address holds the port, which is known only once the server listens.
  const ready = Promise.withResolvers<{ tenant: Tenant; issuer: TokenIssuer }>();
  const server = createServer(
    createControlledListener(control, async (request, body, response) => {
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
  const tenant = new Tenant(`http://127.0.0.1:${listening.port}`, tenantId, apis);
  const standing = () => ({
    tid: tenantId,
    ver: '2.0',
    aio: opaque(48),
    rh: `0.${opaque(36)}.`,
    uti: opaque(16),
  });
  const issuer = await createTokenIssuer(tenant.issuer, standing, now);
  ready.resolve({ tenant, issuer });
  const principals = [...applications, ...servicePrincipals.map(asIdentity)];
  return {
    ...listening,
    issuer: tenant.issuer,
    v1Issuer: v1IssuerOf(tenantId),
    tokenUrl: tenant.tokenUrl,
    jwksUri: tenant.jwksUri,
    issueToken: (claims) => issuer.issueToken(claims),
    issueIdentityToken: async (identity, resource, expiresAt) =>
      issuer.issueToken({
        ...accessTokenClaims(tenant, tenant.findResource(resource), asIdentity({ name: '', ...identity })),
        exp: Math.floor(expiresAt.getTime() / 1000),
      }),
    control,
    actions: {
      'POST tokens': createMint(principals, tenant, issuer, now),
      'PATCH registrations': (change, target) => tenant.changeRegistration(target?.path[0], change),
    },
  };
}

function asIdentity(identity: ServicePrincipal): NamedSubject {
  return { ...identity, roles: [], person: undefined, authenticatedBy: BY_CERTIFICATE };
}

/** Makes a random value for a claim that only Entra ID can interpret. */
function opaque(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

async function route(
  request: IncomingMessage,
  body: Buffer,
  tenant: Tenant,
  applications: readonly NamedSubject[],
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
    return grantToken(form, request.headers.authorization, applications, tenant, issuer);
  }
  if (request.method !== 'GET') return undefined;
  switch (path) {
    case 'v2.0/.well-known/openid-configuration':
      requireTenant(tenantId, tenant, 'invalid_tenant');
      return openIdConfiguration(tenant);
    case '.well-known/openid-configuration':
      requireTenant(tenantId, tenant, 'invalid_tenant');
      return v1OpenIdConfiguration(tenant);
    case 'discovery/v2.0/keys':
      requireTenant(tenantId, tenant, 'invalid_tenant');
      return { keys: issuer.publicKeys().map((key) => ({ ...key, issuer: tenant.issuer })) };
    case 'discovery/keys':
      requireTenant(tenantId, tenant, 'invalid_tenant');
      return { keys: issuer.publicKeys() };
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

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store, no-cache',
    })
    .end(JSON.stringify(body));
}
