import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

/** The expected answer to a refused call. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  /** Part of the sentence that the caller reads. */
  readonly message?: string | RegExp;
  /** The names of the wrong fields, in order. */
  readonly fields?: readonly string[];
  /** The type of error for a call to a model of Anthropic's. */
  readonly anthropicType?: string | undefined;
}

const CANONICAL_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  413: 'INVALID_ARGUMENT',
  414: 'INVALID_ARGUMENT',
  431: 'INVALID_ARGUMENT',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
};
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Expects the error body that all clients of Vertex AI understand, an audit record of a denial, and nothing at
 * Vertex AI since its requests were last cleared.
 */
export async function expectRefusal(
  observed: ObservedChain,
  answer: Answer,
  refusal: Refusal,
  record: AuditRecord = {},
): Promise<void> {
  expectErrorBody(answer, refusal);
  const { code, status } = refusal;
  observed.whenRecorded(answer, { outcome: 'denied', code, status: String(status), ...record });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
}

/** Expects the same of a refusal by the edge, whose record is a trace of the edge. */
export function expectEdgeRefusal(
  observed: ObservedChain,
  answer: Answer,
  refusal: Refusal,
  record: AuditRecord = {},
): Promise<void> {
  return expectRefusal(observed, answer, refusal, {
    message: `Edge denied ${refusal.code}`,
    recordedBy: 'edge',
    decision: 'deny',
    rule: expect.stringMatching(/^edge\/[\w-]+$/),
    ...record,
  });
}

export function expectErrorBody(answer: Answer, refusal: Refusal): void {
  const { requestId } = answer;
  expectProblem(answer, requestId, refusal);
  expect(answer.headers).toMatchObject({ 'request-id': requestId });
}

/**
 * Expects the error body of a call that nobody vouches for, and no header with a request id, which would stand for a record.
 * @returns the id in the body, which is the function app's own.
 */
export function expectUnrecorded(answer: Answer, refusal: Refusal): string {
  const { instance } = JSON.parse(answer.text) as { instance: string };
  const ownId = instance.replace('/requests/', '');
  expectProblem(answer, ownId, refusal);
  expect([answer.headers['x-request-id'], answer.headers['request-id']]).toEqual([undefined, undefined]);
  expect(answer.headers).toMatchObject({ 'x-gateway-unrecorded': refusal.code });
  return ownId;
}

function expectProblem(
  answer: Answer,
  requestId: string,
  { status, code, message, fields = [], anthropicType }: Refusal,
): void {
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(`"${code}"`)]);
  expect(requestId).toMatch(GUID);
  expect(answer.headers).toMatchObject({ 'content-type': 'application/json' });
  const body = JSON.parse(answer.text) as { detail: string; error: { details: object[] } };
  expect(body).toEqual({
    type: anthropicType ? 'error' : `/errors/${code.toLowerCase().replaceAll('_', '-')}`,
    ...(anthropicType && { request_id: requestId }),
    title: expect.stringMatching(/^[A-Z]/) as string,
    status,
    detail: expect.stringMatching(/^\S+ .*\.$/) as string,
    instance: `/requests/${requestId}`,
    error: {
      code: status,
      message: body.detail,
      status: CANONICAL_BY_STATUS[status],
      ...(anthropicType && { type: anthropicType }),
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: code,
          domain: 'vertex-ai-gateway',
          metadata: { requestId },
        },
        ...(fields.length === 0 ? [] : [violationsOf(fields)]),
      ],
    },
  });
  if (message !== undefined) expect(body.detail).toMatch(message);
}

function violationsOf(fields: readonly string[]): object {
  return {
    '@type': 'type.googleapis.com/google.rpc.BadRequest',
    fieldViolations: fields.map((field) => ({
      field,
      description: expect.stringMatching(/./) as string,
    })),
  };
}
