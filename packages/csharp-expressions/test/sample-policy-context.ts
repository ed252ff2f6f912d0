import type { PolicyBody, PolicyContext, PolicyUrl } from '../src/context.ts';

/** A body that is gone after it was read without preserving it. */
export function sampleBody(text: string): PolicyBody {
  let bytes: Uint8Array | null = new TextEncoder().encode(text);
  return {
    read: (preserveContent) => {
      const current = bytes;
      if (!preserveContent) bytes = null;
      return current;
    },
  };
}

/** A token with roles, a nested claim and dates, signed by nobody. */
export const SAMPLE_TOKEN = [
  { alg: 'RS256', typ: 'JWT' },
  {
    iss: 'https://issuer.example',
    sub: 'subject',
    aud: ['a', 'b'],
    roles: ['Sandbox.Use', 'Scoring.Predict'],
    oid: '42',
    exp: 1_700_000_000,
  },
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat('signature')
  .join('.');

/** The context of a call of the Vertex API with a token and a JSON body. */
export function samplePolicyContext(changes: Partial<PolicyContext> = {}): PolicyContext {
  const url: PolicyUrl = {
    scheme: 'https',
    host: 'gateway.example',
    port: 443,
    path: '/vertex/v1/models',
    queryString: '?alt=sse&tag=a&tag=b',
    query: new Map([
      ['alt', ['sse']],
      ['tag', ['a', 'b']],
    ]),
  };
  return {
    requestId: '6f2f1c2e-0000-4000-8000-000000000001',
    timestamp: new Date('2026-01-02T03:04:05Z'),
    elapsedInMs: () => 12,
    tracing: false,
    trace: () => undefined,
    variables: new Map<string, unknown>([
      ['text', 'value'],
      ['count', 5],
      ['flag', true],
      ['nothing', null],
    ]),
    request: {
      type: 'IRequest',
      method: 'POST',
      url,
      originalUrl: url,
      headers: new Map([
        ['authorization', { name: 'Authorization', values: [`Bearer ${SAMPLE_TOKEN}`] }],
        ['accept', { name: 'Accept', values: ['text/html', 'application/json'] }],
      ]),
      ipAddress: '192.0.2.1',
      matchedParameters: new Map([['model', 'gemini-3.5-flash']]),
      body: sampleBody(
        '{"model": "gemini", "stream": true, "messages": [{"role": "user", "content": "hi"}]}',
      ),
    },
    response: null,
    api: {
      id: 'vertex',
      name: 'Vertex',
      path: 'vertex',
      version: '',
      revision: '1',
      isCurrentRevision: true,
      serviceUrl: null,
    },
    operation: { id: 'predict', name: 'Predict', method: 'POST', urlTemplate: '/{*resource}' },
    deployment: { serviceName: 'local', region: 'local', gatewayId: 'managed' },
    product: { id: 'sandbox', name: 'Sandbox' },
    subscription: null,
    user: null,
    lastError: null,
    ...changes,
  };
}
