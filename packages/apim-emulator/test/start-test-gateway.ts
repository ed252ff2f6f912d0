import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startApiManagement } from '../src/start-api-management.ts';
import type { ApiManagementOptions, RunningApiManagement } from '../src/start-api-management.ts';
import type { TraceTelemetry } from '../src/engine/gateway-services.ts';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import type { ReceivedResponse, SentRequest } from '@vertex-ai-gateway/test-support/send-request';

/** A gateway of one API `echo` at path `echo`, with one product `starter`. */
export interface TestGateway {
  readonly port: number;
  readonly traces: TraceTelemetry[];
  /** Sends with the key of the product `starter`. */
  readonly send: (request: SentRequest) => Promise<ReceivedResponse>;
  readonly journeys: RunningApiManagement['journeys'];
  readonly close: () => Promise<void>;
}

export interface TestGatewayOptions extends Partial<ApiManagementOptions> {
  /** Address of the API's backend. */
  readonly backend?: string;
  /** Further files of the service, or others in place of the default ones, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

export const KEY = 'starter-primary-key';

/** The default service: `GET|POST /items/{id}` and `POST /models/{model}:predict`. */
const SPECIFICATION = `
openapi: 3.0.3
info: { title: Echo, version: '1' }
paths:
  /items/{id}:
    get: { operationId: get-item, summary: Get an item }
    post: { operationId: post-item }
  /models/{model}:predict:
    post: { operationId: predict }
`;

/** Writes the service to a temporary folder and starts a gateway for it. Closing deletes the folder. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { backend = 'http://127.0.0.1:9', files = {}, ...rest } = options;
  const directory = mkdtempSync(join(tmpdir(), 'api-management-'));
  const all: Record<string, string> = {
    'apis/echo/apiInformation.json': JSON.stringify({
      properties: { displayName: 'Echo', path: 'echo', serviceUrl: `${backend}/base` },
    }),
    'apis/echo/specification.yaml': SPECIFICATION,
    'products/starter/productInformation.json': JSON.stringify({ properties: { displayName: 'Starter' } }),
    'products/starter/apis.json': '[{ "name": "echo" }]',
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  const traces: TraceTelemetry[] = [];
  try {
    const gateway = await startApiManagement({
      directory,
      port: 0,
      namedValues: {},
      subscriptions: [
        {
          id: 'sub-1',
          name: 'First',
          product: 'starter',
          primaryKey: KEY,
          secondaryKey: 'starter-secondary-key',
        },
        { id: 'sub-2', name: 'Second', product: 'starter', primaryKey: 'suspended-key', state: 'suspended' },
      ],
      entraAuthority: 'http://127.0.0.1:9',
      managedIdentityToken: () => Promise.reject(new Error('no managed identity here')),
      emitTrace: (telemetry) => traces.push(telemetry),
      journeys: 20,
      ...rest,
    });
    const send = (request: SentRequest): Promise<ReceivedResponse> =>
      sendRequest(gateway.port, {
        ...request,
        headers: { 'ocp-apim-subscription-key': KEY, ...request.headers },
      });
    return { port: gateway.port, traces, send, journeys: gateway.journeys, close: gateway.close };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A policy document with the given sections; sections that are left out inherit. */
export function policies(
  sections: Partial<Record<'inbound' | 'backend' | 'outbound' | 'on-error', string>>,
): string {
  const names = ['inbound', 'backend', 'outbound', 'on-error'] as const;
  return `<policies>\n${names.map((name) => `<${name}>${sections[name] ?? '<base />'}</${name}>`).join('\n')}\n</policies>`;
}
