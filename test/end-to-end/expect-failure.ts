import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

/** The expected answer to a call that failed behind the gateway. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  /** Google's canonical name of the status. */
  readonly canonical: string;
  /** Part of the sentence that names the leg that failed. */
  readonly message: string | RegExp;
  /** The time to retry after, if the upstream gave one. */
  readonly retryAfterInMs?: number;
  /** True where the same call may succeed later. */
  readonly retryable?: boolean;
}

/** Tokens of every kind that passes through: JSON Web Tokens, Google access tokens, anything behind `Bearer`. */
const TOKENS = /eyJ[\w-]{10,}|ya29\.|Bearer [\w-]{20,}/;

/** Expects the error body that all clients of Vertex AI understand, and notes the record of a failed call. */
export function expectFailure(
  observed: ObservedChain,
  answer: Answer,
  { status, code, canonical, message, retryAfterInMs, retryable = true }: Failure,
  record: AuditRecord = {},
): void {
  const { requestId, headers } = answer;
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(`"${code}"`)]);
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'request-id': requestId });
  const delay = retryAfterInMs === undefined ? undefined : [Math.ceil(retryAfterInMs / 1000), retryAfterInMs];
  expect([headers['retry-after'], headers['retry-after-ms']]).toEqual(
    delay?.map(String) ?? [undefined, undefined],
  );
  expect(headers['x-should-retry']).toBe(retryable ? undefined : 'false');
  const body = JSON.parse(answer.text) as { detail: string };
  expect(body).toEqual({
    type: `/errors/${code.toLowerCase().replaceAll('_', '-')}`,
    title: expect.stringMatching(/^[A-Z]/) as string,
    status,
    detail: expect.stringMatching(/^\S+ .*\.$/) as string,
    instance: `/requests/${requestId}`,
    error: {
      code: status,
      message: body.detail,
      status: canonical,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: code,
          domain: 'vertex-ai-gateway',
          metadata: { requestId },
        },
        ...(retryAfterInMs === undefined
          ? []
          : [
              {
                '@type': 'type.googleapis.com/google.rpc.RetryInfo',
                retryDelay: `${retryAfterInMs / 1000}s`,
              },
            ]),
      ],
    },
  });
  expect(body.detail).toMatch(message);
  observed.whenRecorded(answer, { outcome: 'failed', code, status: String(status), ...record });
}

/** Expects one record of every call, and no token in any answer, telemetry or output. */
export async function expectAllOnRecordWithoutTokens(observed: ObservedChain): Promise<void> {
  await observed.expectAllOnRecord([]);
  expect(observed.chain.printed).not.toMatch(TOKENS);
}
