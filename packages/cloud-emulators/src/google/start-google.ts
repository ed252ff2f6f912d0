import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { Control, createControlledListener } from '../control/control.ts';
import type { ControlAction } from '../control/server.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { type IamConfiguration, IamPolicies } from './iam-policies.ts';
import { AccessTokens, type TokenHolder } from './access-tokens.ts';
import { ExchangeError } from './exchange-error.ts';
import { exchangeToken } from './exchange-token.ts';
import { ApiError, generateAccessToken } from './generate-access-token.ts';
import { describeProvider, type PoolProviderState, readPoolProvider } from './pool-provider.ts';
import { createSubjectTokenCheck, type PoolProvider } from './subject-token.ts';

const GENERATE_ACCESS_TOKEN = /^\/v1\/projects\/-\/serviceAccounts\/([^/]+):generateAccessToken$/;

/** The longest lifetimes that are granted, in whole seconds from 1 to 3600. */
export interface Lifetimes {
  readonly federatedTokenInSeconds: number;
  readonly accessTokenInSeconds: number;
}

/** The options of `startGoogle`. */
export interface GoogleOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  /** PEM of the server's certificate and private key. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly poolProvider: PoolProvider;
  readonly iam: IamConfiguration;
  /** The longest lifetimes; an hour each when left out. */
  readonly lifetimes?: Partial<Lifetimes>;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A running emulator of Google STS and IAM Credentials. */
export interface Google extends Listening {
  readonly control: Control;
  /**
   * The control actions `PUT lifetimes` { federatedTokenInSeconds?, accessTokenInSeconds? } → the lifetimes from now on;
   * `GET iam` and `PUT iam` → the rights of principals; `GET pool-provider` → the provider;
   * `PUT pool-provider` { issuerUri?, openIdConfiguration?, allowedAudiences?, attributeCondition?, state?, disabled? } → the provider;
   * `POST access-tokens` { principal } → an access token of a person, `user:…`, who may read the provider.
   */
  readonly actions: Readonly<Record<string, ControlAction>>;
  /** The rights of principals, as they are now. */
  readonly iam: IamPolicies;
  /** Finds the principal of a federated or a service account's token; undefined when it is unknown or has expired. */
  checkAccessToken(token: string): TokenHolder | undefined;
}

/** Starts Google's Security Token Service and the IAM Credentials API, both on one TLS port on 127.0.0.1. */
export async function startGoogle(options: GoogleOptions): Promise<Google> {
  const { poolProvider, now = Date.now } = options;
  const control = new Control('google', now);
  const tokens = new AccessTokens(now);
  const iam = new IamPolicies(options.iam);
  let provider: PoolProviderState = { ...poolProvider, state: 'ACTIVE', disabled: false };
  let checkSubjectToken = createSubjectTokenCheck(provider, now);
  const { audience } = poolProvider;
  const providerPath = `/v1/${audience.slice('//iam.googleapis.com/'.length)}`;
  let lifetimes = readLifetimes(options.lifetimes, {
    federatedTokenInSeconds: 3600,
    accessTokenInSeconds: 3600,
  });

  const server = createServer(
    options.tls,
    createControlledListener(control, async (request, body, response) => {
      const { pathname } = new URL(request.url ?? '/', 'https://127.0.0.1');
      const email = GENERATE_ACCESS_TOKEN.exec(pathname)?.[1];
      try {
        if (request.method === 'POST' && pathname === '/v1/token') {
          const form = new URLSearchParams(body.toString('utf8'));
          const lifetime = lifetimes.federatedTokenInSeconds;
          send(
            response,
            200,
            await exchangeToken(
              form,
              isUsable(provider) ? audience : undefined,
              checkSubjectToken,
              tokens,
              lifetime,
              now(),
            ),
          );
        } else if (request.method === 'GET' && pathname === providerPath) {
          send(response, 200, describeProvider(provider, request.headers.authorization, tokens));
        } else if (request.method === 'POST' && email !== undefined) {
          const answer = generateAccessToken(
            request.headers.authorization,
            decodeURIComponent(email),
            body,
            (principal, account) => iam.mayImpersonate(principal, account),
            tokens,
            lifetimes.accessTokenInSeconds,
          );
          send(response, 200, answer);
        } else {
          send(response, 404, { error: { code: 404, message: 'Method not found.', status: 'NOT_FOUND' } });
        }
      } catch (error) {
        if (error instanceof ExchangeError)
          send(response, 400, { error: error.error, error_description: error.message });
        else if (error instanceof ApiError) send(response, error.code, error.toBody());
        else throw error;
      }
    }),
  );

  return {
    ...(await listen(server, options.port)),
    control,
    actions: {
      'PUT lifetimes': (body) => (lifetimes = readLifetimes(body, lifetimes)),
      'GET iam': () => iam.configuration,
      'PUT iam': (body) => {
        iam.replace(body as IamConfiguration);
        return iam.configuration;
      },
      'GET pool-provider': () => provider,
      'PUT pool-provider': (body) => {
        const changed = readPoolProvider(body, provider);
        checkSubjectToken = createSubjectTokenCheck(changed, now);
        return (provider = changed);
      },
      'POST access-tokens': (body) => {
        const { principal } = body as { readonly principal: string };
        return { accessToken: tokens.issue(principal, lifetimes.accessTokenInSeconds).token };
      },
    },
    iam,
    checkAccessToken: (token) => tokens.check(token),
  };
}

function isUsable({ state, disabled }: PoolProviderState): boolean {
  return state === 'ACTIVE' && !disabled;
}

function readLifetimes(changes: unknown, current: Lifetimes): Lifetimes {
  const lifetimes = { ...current, ...(changes as object | undefined) };
  for (const [name, seconds] of Object.entries(lifetimes)) {
    if (!(name in current))
      throw new TypeError(`"${name}" is not one of ${Object.keys(current).join(', ')}.`);
    if (!(Number.isInteger(seconds) && seconds > 0 && seconds <= 3600))
      throw new RangeError(`${name} must be a whole number from 1 to 3600.`);
  }
  return lifetimes;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
}
