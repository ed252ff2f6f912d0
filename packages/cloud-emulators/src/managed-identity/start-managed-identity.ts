import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Control, createControlledListener } from '../control/control.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { findIdentity, IDENTITY_PARAMETERS } from './find-identity.ts';

const API_VERSION = '2019-08-01';
const PARAMETERS = new Set(['api-version', 'resource', ...IDENTITY_PARAMETERS]);

/** A managed identity that is assigned to an app. */
export interface AssignedIdentity {
  /** The app's name, a part of its endpoint's address, such as `function-app`. One app may have several identities. */
  readonly name: string;
  readonly clientId: string;
  readonly objectId: string;
  /** The resource id of a user-assigned identity, `/subscriptions/…`; undefined for the system-assigned one. */
  readonly resourceId?: string;
}

/** The options of `startManagedIdentity`. */
export interface ManagedIdentityOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  readonly identities: readonly AssignedIdentity[];
  /** Issues a token of the identity for the resource, as its tenant does. It rejects when there is no such resource. */
  readonly issueToken: (identity: AssignedIdentity, resource: string, expiresAt: Date) => Promise<string>;
  /** The lifetime of tokens; 86,400 when left out, since the platform keeps a token for around 24 hours. */
  readonly tokenLifetimeInSeconds?: number;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The environment variables of an app with a managed identity. */
export interface IdentityEnvironment {
  readonly IDENTITY_ENDPOINT: string;
  readonly IDENTITY_HEADER: string;
}

/** A token that an identity got. */
export interface IdentityToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

/** A running managed identity endpoint. */
export interface ManagedIdentity extends Listening {
  readonly control: Control;
  /** Gives the environment variables of the app that has this identity. */
  environmentOf(name: string): IdentityEnvironment;
  /**
   * Issues a token without HTTP, for a platform service that emulates its own identity. It is a token of the
   * user-assigned identity with `clientId`, or of the system-assigned one without it.
   */
  requestToken(name: string, resource: string, clientId?: string): Promise<IdentityToken>;
}

/**
 * Starts the token endpoint that App Service gives to apps with managed identities, one address per app.
 * Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export async function startManagedIdentity(options: ManagedIdentityOptions): Promise<ManagedIdentity> {
  const { issueToken, tokenLifetimeInSeconds = 86_400, now = Date.now } = options;
  const control = new Control('managed-identity', now);
  const apps = new Map(
    Array.from(
      Map.groupBy(options.identities, ({ name }) => name),
      ([name, identities]) =>
        [name, { identities, header: randomBytes(16).toString('hex').toUpperCase() }] as const,
    ),
  );

  const findApp = (name: string) => {
    const app = apps.get(name);
    if (!app) throw new TypeError(`There is no app "${name}" with a managed identity.`);
    return app;
  };
  const issue = async (identity: AssignedIdentity, resource: string): Promise<IdentityToken> => {
    const expiresAt = new Date((Math.floor(now() / 1000) + tokenLifetimeInSeconds) * 1000);
    return { accessToken: await issueToken(identity, resource, expiresAt), expiresAt };
  };

  const server = createServer(
    createControlledListener(control, async (request, _body, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const name = /^\/([^/]+)\/msi\/token\/?$/.exec(url.pathname)?.[1];
      const app = apps.get(name ?? '');
      if (!app || request.method !== 'GET') {
        response.writeHead(404).end();
        return;
      }
      const refuse = (status: number, message: string) =>
        send(response, status, { statusCode: status, message, correlationId: randomUUID() });
      const problem = findProblem(request, url.searchParams, app.header);
      if (problem) {
        refuse(problem.status, problem.message);
        return;
      }
      const identity = findIdentity(app.identities, url.searchParams);
      if (!identity) {
        refuse(400, 'Unable to load the proper Managed Identity.');
        return;
      }
      const resource = url.searchParams.get('resource') ?? '';
      const token = await issue(identity, resource).catch((error: unknown) => String(error));
      if (typeof token === 'string') {
        refuse(400, token);
        return;
      }
      send(response, 200, {
        access_token: token.accessToken,
        client_id: identity.clientId,
        expires_on: String(token.expiresAt.getTime() / 1000),
        resource,
        token_type: 'Bearer',
      });
    }),
  );

  const listening = await listen(server, options.port);
  return {
    ...listening,
    control,
    requestToken: async (name, resource, clientId) => {
      const query = new URLSearchParams(clientId === undefined ? {} : { client_id: clientId });
      const identity = findIdentity(findApp(name).identities, query);
      if (!identity) throw new TypeError(`"${name}" has no such managed identity.`);
      return issue(identity, resource);
    },
    environmentOf: (name) => ({
      IDENTITY_ENDPOINT: `http://127.0.0.1:${listening.port}/${name}/msi/token`,
      IDENTITY_HEADER: findApp(name).header,
    }),
  };
}

function findProblem(
  request: IncomingMessage,
  query: URLSearchParams,
  header: string,
): { status: number; message: string } | undefined {
  if (request.headers['x-identity-header'] !== header)
    return { status: 401, message: 'The X-IDENTITY-HEADER header is missing or not the one of this app.' };
  if (query.get('api-version') !== API_VERSION)
    return { status: 400, message: `Unsupported api-version. Use ${API_VERSION}.` };
  if (!query.get('resource')) return { status: 400, message: 'The query parameter resource is missing.' };
  const unsupported = [...query.keys()].find((name) => !PARAMETERS.has(name));
  if (unsupported !== undefined)
    return { status: 400, message: `The query parameter ${unsupported} is not supported.` };
  return undefined;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
