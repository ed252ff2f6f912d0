import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { OutgoingHttpHeaders, RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceTelemetry } from '@vertex-ai-gateway/apim-emulator/engine/gateway-services';
import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { matchApplicationFragment } from '../../scripts/policy/match-application-fragment.ts';
import { startApiManagement } from '@vertex-ai-gateway/apim-emulator/start-api-management';
import type { ApiManagementOptions } from '@vertex-ai-gateway/apim-emulator/start-api-management';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import type { ReceivedResponse, SentRequest } from '@vertex-ai-gateway/test-support/send-request';
import { startTokenIssuer, TENANT } from '@vertex-ai-gateway/test-support/token-issuer';
import type { TokenIssuer } from '@vertex-ai-gateway/test-support/token-issuer';

export const PREDICT =
  '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';
export const PRODUCTION_KEY = 'production-key';
export const SANDBOX_SECONDARY_KEY = 'sandbox-secondary-subscription-key';
export const SANDBOX_KEY = 'sandbox-key';

/** The edge as it is deployed: the documents under `apim/`, with a function app that only records. */
export interface Edge {
  readonly port: number;
  readonly functionApp: RecordingBackend;
  /** The issuer in place of Entra ID. */
  readonly issuer: TokenIssuer;
  /** The issuer in place of Okta, with keys of its own. */
  readonly okta: TokenIssuer;
  readonly traces: TraceTelemetry[];
  /** Sends a prediction with a valid key and token; headers that are given win, undefined ones are left out. */
  readonly predict: (request?: Partial<SentRequest>) => Promise<ReceivedResponse>;
  readonly close: () => Promise<void>;
}

interface EdgeLimits {
  readonly calls: number;
  readonly quota: number;
  readonly tokens?: number;
  readonly tokenQuota?: number;
  /** Calls a minute of the catalog entries that have a limit of their own; their real limits when left out. */
  readonly entryCalls?: number;
}

export interface EdgeOptions extends Partial<Omit<ApiManagementOptions, 'namedValues'>> {
  /** Named values. They win over those that connect the edge to the function app and the issuers. */
  readonly namedValues?: Readonly<Record<string, string>>;
  /**
   * Limits of the products in place of their real ones: calls a minute and a day, and tokens for a product that limits
   * them.
   */
  readonly limits?: EdgeLimits;
  /**
   * True if APIM subscriptions belong to the applications of the governance documents; they belong to nobody when left
   * out.
   */
  readonly belong?: boolean;
  /** Documents that stand in place of those with the same path, which begins with `apim/`. */
  readonly documents?: readonly EdgeDocument[];
}

/** A document of API Management, as the policies that are derived from the governance documents have it. */
interface EdgeDocument {
  readonly path: string;
  readonly text: string;
}

/** Answers as the function app does, with the request id that the edge gave, and with further headers. */
export function answerWith(further: OutgoingHttpHeaders, status = 200): RequestListener {
  return ({ headers }, response) => {
    const requestId = String(headers['x-gateway-request-id']);
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-request-id': requestId, ...further })
      .end('{"ok":true}');
  };
}

/** Starts the edge. @param answer of the function app; `{"ok":true}` when left out. */
export async function startEdge(
  options: EdgeOptions = {},
  answer: RequestListener = answerWith({}),
): Promise<Edge> {
  const now = options.now ?? Date.now;
  const functionApp = await startBackend(answer);
  const issuer = await startTokenIssuer(now);
  const okta = await startTokenIssuer(now);
  const traces: TraceTelemetry[] = [];
  const {
    namedValues,
    limits,
    belong = false,
    documents = [],
    directory: source = 'apim',
    ...rest
  } = options;
  const directory = mkdtempSync(join(tmpdir(), 'apim-'));
  cpSync(source, directory, { recursive: true });
  writeDocuments(directory, documents);
  if (!belong) writeDocuments(directory, [openSubscriptions()]);
  if (limits) setLimits(directory, limits);
  const gateway = await startApiManagement({
    directory,
    port: 0,
    internalNetwork: true,
    namedValues: (gatewayUrl, loopbackUrl) => ({
      'gateway-url': gatewayUrl,
      'gateway-loopback-url': loopbackUrl,
      'function-app-url': functionApp.url,
      'tenant-id': TENANT,
      'okta-issuer': okta.issuer,
      'okta-openid-configuration': `${okta.issuer}/.well-known/openid-configuration`,
      ...namedValues,
    }),
    subscriptions: [
      { id: 'scoring-production', name: 'Scoring', product: 'production', primaryKey: PRODUCTION_KEY },
      {
        id: 'sandbox',
        name: 'Sandbox',
        product: 'sandbox',
        primaryKey: SANDBOX_KEY,
        secondaryKey: SANDBOX_SECONDARY_KEY,
      },
    ],
    entraAuthority: issuer.authority,
    managedIdentityToken: (resource) =>
      Promise.resolve({ token: `token for ${resource}`, expiresAt: new Date(now() + 3_600_000) }),
    emitTrace: (telemetry) => traces.push(telemetry),
    ...rest,
  })
    .catch(async (error: unknown) => {
      await Promise.all([functionApp.close(), issuer.close(), okta.close()]);
      throw error;
    })
    .finally(() => rmSync(directory, { recursive: true }));
  const token = await issuer.sign();
  return {
    port: gateway.port,
    functionApp,
    issuer,
    okta,
    traces,
    predict: (request = {}) => {
      const headers = {
        'ocp-apim-subscription-key': PRODUCTION_KEY,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...request.headers,
      };
      const sent = Object.entries(headers).filter(([, value]) => value !== undefined);
      return sendRequest(gateway.port, {
        method: 'POST',
        path: PREDICT,
        body: '{"instances":[[1,2,3,4]]}',
        ...request,
        headers: Object.fromEntries(sent),
      });
    },
    close: async () => {
      await Promise.all([gateway.close(), functionApp.close(), issuer.close(), okta.close()]);
    },
  };
}

function writeDocuments(directory: string, documents: readonly EdgeDocument[]): void {
  for (const { path, text } of documents) writeFileSync(join(directory, path.replace(/^apim\//, '')), text);
}

let sample: GovernanceDocuments | undefined;

/** The fragment that is derived if no product says that its APIM subscriptions belong to applications. */
function openSubscriptions(): EdgeDocument {
  const { access, limits } = (sample ??= loadGovernance('governance').documents);
  const products = limits.products.map((product) => ({ ...product, subscriptions: undefined }));
  return matchApplicationFragment({ access, limits: { ...limits, products } });
}

function setLimits(directory: string, { calls, quota, tokens, tokenQuota, entryCalls }: EdgeLimits): void {
  for (const product of ['sandbox', 'production']) {
    const file = join(directory, 'products', product, 'policy.xml');
    const limits: readonly [counter: string, limit: number | undefined][] = [
      ['rate/', calls],
      ['quota/', quota],
      ['rate/entry/[^"]+', entryCalls],
      ['tokens/rate/', tokens],
      ['tokens/quota/', tokenQuota],
    ];
    const document = limits.reduce(
      (text, [counter, limit]) => (limit === undefined ? text : withLimit(text, counter, limit)),
      readFileSync(file, 'utf8'),
    );
    writeFileSync(file, document);
  }
}

/** Replaces the limit in a counter's policy, in its id, and in the variable before it. */
function withLimit(document: string, counter: string, limit: number): string {
  const policy = `(<set-variable name="limit-\\w+" value="\\d+" />\\s+)?<[\\w-]+ calls="(\\d+)"[^<]*"${counter}" [^<]*`;
  return document.replace(new RegExp(policy), (text: string, _told: unknown, real: string) =>
    text.replaceAll(new RegExp(`\\b${real}\\b`, 'g'), String(limit)),
  );
}
