import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { Control, createControlledListener } from '../control/control.ts';
import type { ControlAction } from '../control/server.ts';
import { type Claims, createTokenIssuer, type TokenIssuer } from '../entra/token-issuer.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { claimsOf, grantOktaToken, OktaError } from './grant-okta-token.ts';
import type { OktaApplication } from './sample-applications.ts';

/** The options of `startOkta`. */
export interface OktaOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  /** `aud` of every token. */
  readonly audience: string;
  readonly applications: readonly OktaApplication[];
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** A running emulator of an Okta authorization server, with its addresses. */
export interface Okta extends Listening {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly openIdConfiguration: string;
  readonly control: Control;
  /** The control action `POST tokens` { application, claims? } → { access_token }. */
  readonly actions: Readonly<Record<string, ControlAction>>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Starts an Okta custom authorization server on 127.0.0.1: discovery, keys, and tokens by client credentials. */
export async function startOkta(options: OktaOptions): Promise<Okta> {
  const { audience, applications, now = Date.now } = options;
  const control = new Control('okta', now);
  // The issuer's address holds the port, which is known only once the server listens.
  const ready = Promise.withResolvers<{ address: string; issuer: TokenIssuer }>();
  const server = createServer(
    createControlledListener(control, async (request, body, response) => {
      const { address, issuer } = await ready.promise;
      const { status, body: answer } = await route(request, body, address, applications, issuer);
      response
        .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-cache, no-store' })
        .end(JSON.stringify(answer));
    }),
  );
  const listening = await listen(server, options.port);
  const address = `http://127.0.0.1:${listening.port}/oauth2/default`;
  // Source: https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/#access-token-payload
  const standing = (): Claims => ({ ver: 1, jti: `AT.${randomUUID()}`, aud: audience, nbf: undefined });
  const issuer = await createTokenIssuer(address, standing, now);
  ready.resolve({ address, issuer });
  return {
    ...listening,
    issuer: address,
    tokenUrl: `${address}/v1/token`,
    openIdConfiguration: `${address}/.well-known/openid-configuration`,
    control,
    actions: { 'POST tokens': (body) => mint(body, applications, issuer) },
  };
}

async function route(
  request: IncomingMessage,
  body: Buffer,
  address: string,
  applications: readonly OktaApplication[],
  issuer: TokenIssuer,
): Promise<Answer> {
  const { pathname } = new URL(request.url ?? '/', address);
  switch (`${request.method ?? 'GET'} ${pathname}`) {
    case 'GET /oauth2/default/.well-known/openid-configuration':
      return { status: 200, body: discoveryOf(address) };
    case 'GET /oauth2/default/v1/keys':
      return { status: 200, body: { keys: issuer.publicKeys().map((key) => ({ ...key, alg: 'RS256' })) } };
    case 'POST /oauth2/default/v1/token':
      return answerToken(new URLSearchParams(body.toString('utf8')), request, applications, issuer);
    default:
      return { status: 404, body: { errorCode: 'E0000007', errorSummary: 'Not found: Resource not found' } };
  }
}

async function answerToken(
  form: URLSearchParams,
  { headers }: IncomingMessage,
  applications: readonly OktaApplication[],
  issuer: TokenIssuer,
): Promise<Answer> {
  try {
    return { status: 200, body: await grantOktaToken(form, headers.authorization, applications, issuer) };
  } catch (error) {
    if (!(error instanceof OktaError)) throw error;
    return { status: error.status, body: { error: error.error, error_description: error.message } };
  }
}

/** Builds the discovery document. Source: https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/CustomAS/ */
function discoveryOf(address: string): object {
  return {
    issuer: address,
    token_endpoint: `${address}/v1/token`,
    jwks_uri: `${address}/v1/keys`,
    grant_types_supported: ['client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}

async function mint(
  body: unknown,
  applications: readonly OktaApplication[],
  issuer: TokenIssuer,
): Promise<{ access_token: string }> {
  const request = (body ?? {}) as { application?: unknown; claims?: Claims };
  const application = applications.find(({ name }) => name === request.application);
  if (!application)
    throw new TypeError('Say which application the token is for: { "application": "okta-app" }.');
  return { access_token: await issuer.issueToken({ ...claimsOf(application, []), ...request.claims }) };
}
