import { CODES, type GatewayErrorCode } from '../errors/codes.ts';
import { type FieldViolation, GatewayError, type GatewayErrorOptions } from '../errors/gateway-error.ts';
import { asObject } from './usage-counts.ts';

/** The facts that are kept of an error of Vertex AI; everything else of it is dropped. */
export interface VertexErrorFacts {
  /** Canonical gRPC status number: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
  readonly grpcCode: number;
  /** True when the request was too large, which HTTP says and gRPC does not. */
  readonly isTooLarge?: boolean;
  /** True when the error is a custom container's, which Vertex AI passes on. */
  readonly isOfContainer?: boolean;
  readonly retryAfterInMs?: number;
  readonly violations?: readonly FieldViolation[];
  /** The error's own message; the caller gets it only for a fault of the request. */
  readonly message?: string;
  /** The HTTP status of a container or a publisher; undefined for Google's own, within a stream and over gRPC. */
  readonly ownStatus?: number;
}

const CODE_BY_GRPC_STATUS: Readonly<Record<number, GatewayErrorCode>> = {
  3: 'VERTEX_INVALID_ARGUMENT',
  4: 'VERTEX_TIMEOUT',
  5: 'VERTEX_NOT_FOUND',
  7: 'VERTEX_PERMISSION_DENIED',
  8: 'VERTEX_RATE_LIMITED',
  9: 'VERTEX_INVALID_ARGUMENT',
  11: 'VERTEX_INVALID_ARGUMENT',
  12: 'VERTEX_UNIMPLEMENTED',
  14: 'VERTEX_UNAVAILABLE',
  16: 'VERTEX_PERMISSION_DENIED',
};

const GRPC_STATUS_BY_HTTP: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  408: 4,
  // ABORTED: the request may be right the next time.
  409: 10,
  429: 8,
  499: 1,
  501: 12,
  503: 14,
  504: 4,
  529: 14,
};

/** Source: https://docs.claude.com/en/api/errors */
const GRPC_STATUS_BY_ANTHROPIC_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 3,
  authentication_error: 16,
  permission_error: 7,
  not_found_error: 5,
  rate_limit_error: 8,
  timeout_error: 4,
  overloaded_error: 14,
};

const TOKEN_REFUSED =
  'Vertex AI refused the gateway’s own access token. Its operators must check its identity in the Google project.';
const SENTENCES: Partial<Record<GatewayErrorCode, string>> = {
  VERTEX_INVALID_ARGUMENT: 'Vertex AI refused the request as invalid.',
  VERTEX_UNIMPLEMENTED: 'Vertex AI does not have what the request asks for.',
  VERTEX_PAYLOAD_TOO_LARGE: 'The body is larger than Vertex AI accepts.',
  VERTEX_NOT_FOUND: 'Vertex AI has no such model or endpoint in this location.',
  VERTEX_RATE_LIMITED: 'The quota of the gateway’s project on Vertex AI is used up for now. Try again later.',
  VERTEX_PERMISSION_DENIED:
    'Vertex AI refused the gateway’s own identity. Its operators must check its roles in the Google project.',
  VERTEX_UNAVAILABLE: 'Vertex AI cannot be reached or is overloaded. Try again shortly.',
  VERTEX_TIMEOUT: 'Vertex AI did not answer in time.',
  VERTEX_FAILED: 'Vertex AI failed on its own side.',
};

/** Google's message at a shared endpoint; the Vertex AI emulator's README cites reports of it. */
const TOO_LARGE = /^The request size \(\d+ bytes\) exceeds [\d.]+MB limit/;
/** The common words of Google's two messages: "… cannot be accessed through the shared Vertex AI domain" and "… the Vertex AI API". */
const ELSEWHERE = ['dedicated endpoint', ' cannot be accessed through'] as const;

/** The cause of an error of Google's own, where the code doesn't tell it. A container's error has none. */
export type FailureKind = 'token-refused' | 'too-large' | 'too-slow' | 'elsewhere';

/** An error of Vertex AI with one of the gateway's codes. */
export class VertexFailure extends GatewayError {
  readonly kind: FailureKind | undefined;

  constructor(
    code: GatewayErrorCode,
    message: string,
    options: GatewayErrorOptions,
    kind: FailureKind | undefined,
  ) {
    super(code, message, options);
    this.kind = kind;
  }
}

/** Returns the gateway's error for an error of Vertex AI. Its own message and violations stay only for faults of the request. */
export function vertexError(facts: VertexErrorFacts): VertexFailure {
  const kind = kindOf(facts);
  const code =
    kind === 'too-large' || facts.isTooLarge
      ? 'VERTEX_PAYLOAD_TOO_LARGE'
      : (CODE_BY_GRPC_STATUS[facts.grpcCode] ?? 'VERTEX_FAILED');
  const isAboutRequest = [400, 404, 413].includes(CODES[code].status);
  const sentence = kind === 'token-refused' ? TOKEN_REFUSED : SENTENCES[code];
  const message = (isAboutRequest ? facts.message : undefined) ?? sentence ?? 'Vertex AI failed.';
  const options = {
    ...(facts.retryAfterInMs === undefined ? {} : { retryAfterInMs: facts.retryAfterInMs }),
    ...(isAboutRequest && facts.violations ? { violations: facts.violations } : {}),
    ...statusOf(facts, code),
  };
  return new VertexFailure(code, message, options, kind);
}

/** The own status of a container or a publisher for a fault of the request stays what it is. Google's are those of the codes. */
function statusOf({ ownStatus }: VertexErrorFacts, code: GatewayErrorCode): { status?: number } {
  return ownStatus !== undefined && code === 'VERTEX_INVALID_ARGUMENT'
    ? { status: ownStatus < 500 ? ownStatus : 400 }
    : {};
}

function kindOf({
  grpcCode,
  isTooLarge,
  isOfContainer,
  message = '',
}: VertexErrorFacts): FailureKind | undefined {
  if (isOfContainer) return undefined;
  if (grpcCode === 16) return 'token-refused';
  if (isTooLarge || TOO_LARGE.test(message)) return 'too-large';
  if (grpcCode === 4) return 'too-slow';
  return saysElsewhere(message.toLowerCase()) ? 'elsewhere' : undefined;
}

function saysElsewhere(message: string): boolean {
  const [subject, predicate] = ELSEWHERE;
  const at = message.indexOf(subject);
  return at >= 0 && message.includes(predicate, at);
}

/** Reads the facts of a REST error from its status and its body: https://cloud.google.com/apis/design/errors#http_mapping; the body is sometimes wrapped in an array. */
export function readRestError(httpStatus: number, body: string): VertexErrorFacts {
  const facts = { grpcCode: grpcStatusOf(httpStatus), ...(httpStatus === 413 && { isTooLarge: true }) };
  try {
    return { ...readErrorBody(JSON.parse(body)), ...facts };
  } catch {
    return facts;
  }
}

/** Returns true for an error in the form of Google's front end: https://cloud.google.com/apis/design/errors#http_mapping */
export function isGoogleError(body: string): boolean {
  try {
    const parsed: unknown = JSON.parse(body);
    const { error } = asObject(Array.isArray(parsed) ? parsed[0] : parsed);
    const { code, status } = asObject(error);
    return typeof code === 'number' && typeof status === 'string';
  } catch {
    // A body that is not JSON is none of Google's.
    return false;
  }
}

/**
 * Reads when another try may help from an answer's headers, in milliseconds; undefined for none, or beyond a day.
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 * @param date the header `date`, from which a time in the other header is counted.
 */
export function readRetryAfter(retryAfter: unknown, date: unknown): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  const isSeconds = /^\d{1,9}$/.test(retryAfter.trim());
  const delay = isSeconds ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.parse(String(date));
  return delay >= 0 && delay <= LONGEST_RETRY_DELAY_IN_MS ? delay : undefined;
}

/** Returns the gRPC status of an HTTP status. Other 4xx than Google's come from containers or proxies: the request is wrong. */
function grpcStatusOf(httpStatus: number): number {
  return GRPC_STATUS_BY_HTTP[httpStatus] ?? (httpStatus >= 400 && httpStatus < 500 ? 3 : 13);
}

/** The longest message that is kept. Google's are shorter; a container's may have any length. */
const MAXIMUM_MESSAGE_CHARACTERS = 8_192;
const MAXIMUM_VIOLATIONS = 100;

/** Reads the facts of an error from its body alone, as within a stream: Google's, OpenAI's or Anthropic's. */
export function readErrorBody(json: unknown): VertexErrorFacts {
  const whole = asObject(Array.isArray(json) ? json[0] : json);
  const { code, type, details, ...error } = asObject(whole.error);
  // Containers have errors of other forms: a text, or those of FastAPI and Triton.
  // https://fastapi.tiangolo.com/tutorial/handling-errors/
  const message = [error.message, whole.error, whole.detail, whole.message].find(
    (text) => typeof text === 'string' && text !== '',
  );
  const byType = typeof type === 'string' ? GRPC_STATUS_BY_ANTHROPIC_TYPE[type] : undefined;
  return {
    grpcCode: (typeof code === 'number' ? grpcStatusOf(code) : byType) ?? 13,
    ...(typeof message === 'string' ? { message: toSentence(message) } : {}),
    ...readDetails(details),
  };
}

/** Cuts a message to the longest that is kept, without characters that no terminal or log should get. */
function toSentence(message: string): string {
  // eslint-disable-next-line no-control-regex
  return message.slice(0, MAXIMUM_MESSAGE_CHARACTERS).replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ');
}

/** Reads RetryInfo and BadRequest from `google.rpc.Status.details`, in JSON or as decoded protobuf messages. */
export function readDetails(details: unknown): Pick<VertexErrorFacts, 'retryAfterInMs' | 'violations'> {
  if (!Array.isArray(details)) return {};
  const all = objectsOf(details);
  const retryAfterInMs = all
    .map(({ retryDelay }) => readDuration(retryDelay))
    .find((delay) => delay !== undefined);
  const violations = all.flatMap(({ fieldViolations }) =>
    Array.isArray(fieldViolations) ? objectsOf(fieldViolations) : [],
  );
  return {
    ...(retryAfterInMs === undefined ? {} : { retryAfterInMs }),
    ...(violations.length === 0
      ? {}
      : { violations: violations.slice(0, MAXIMUM_VIOLATIONS).map(readViolation) }),
  };
}

function objectsOf(list: readonly unknown[]): Record<string, unknown>[] {
  return list.filter((item) => typeof item === 'object' && item !== null) as Record<string, unknown>[];
}

function readViolation({ field, description }: Record<string, unknown>): FieldViolation {
  return {
    field: readText(field),
    description: readText(description),
  };
}

function readText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAXIMUM_MESSAGE_CHARACTERS) : '';
}

/** The longest delay that is believed. Google's longest quota is that of a day. */
const LONGEST_RETRY_DELAY_IN_MS = 86_400_000;

/** Reads `"3.5s"` or `{ seconds, nanos }` in whole milliseconds, rounded up; undefined for anything else, or beyond a day. */
function readDuration(duration: unknown): number | undefined {
  const delay = Math.ceil(millisecondsOf(duration));
  return delay >= 0 && delay <= LONGEST_RETRY_DELAY_IN_MS ? delay : undefined;
}

function millisecondsOf(duration: unknown): number {
  if (typeof duration === 'string')
    return Number(/^(\d{1,12}(?:\.\d{1,9})?)s$/.exec(duration)?.[1] ?? Number.NaN) * 1000;
  if (typeof duration !== 'object' || duration === null) return Number.NaN;
  const { seconds, nanos } = duration as { seconds?: unknown; nanos?: unknown };
  return Number(seconds ?? 0) * 1000 + Number(nanos ?? 0) / 1e6;
}
