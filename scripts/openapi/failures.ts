import type { Failure, FailureStatus } from './surface.ts';

/** The request id of every example. */
export const REQUEST_ID = '3f2f5b0e-9a64-4f3b-8f0c-2f7a4f5f1c11';

/** The policy version of every example. */
export const POLICY_VERSION = '9f1c2d7e44ab';

/** The failures of every call. */
export const ALWAYS = [401, 403, 404, 429, 500, 502, 503, 504] as const satisfies readonly FailureStatus[];

/** The failures of calls with a query or a chosen name. */
export const WITH_QUERY = [400, ...ALWAYS] as const satisfies readonly FailureStatus[];

/** The failures of calls with a body. */
export const WITH_BODY = [...WITH_QUERY, 413] as const satisfies readonly FailureStatus[];

/** An example of a failure for every status that callers can get, with its real message. */
export const FAILURES: Readonly<Record<FailureStatus, Failure>> = {
  400: {
    status: 400,
    description: "The request is not valid. The error names the fault's place.",
    code: 'INVALID_JSON',
    canonical: 'INVALID_ARGUMENT',
    title: 'Invalid JSON',
    message: 'The body is not valid JSON at line 1, column 14.',
  },
  401: {
    status: 401,
    description: 'The subscription key or the token is missing or not valid.',
    code: 'TOKEN_INVALID',
    canonical: 'UNAUTHENTICATED',
    title: 'Token not valid',
    message: 'The token has expired. Ask your identity provider for a new one.',
  },
  403: {
    status: 403,
    description: 'The caller may not do this, or its quota is used up.',
    code: 'QUOTA_EXCEEDED',
    canonical: 'RESOURCE_EXHAUSTED',
    title: 'Quota used up',
    message:
      'The calls or tokens that your APIM subscription has for a day are used up. Wait for as long as the header Retry-After says, or ask for another product.',
  },
  404: {
    status: 404,
    description: 'The operation, or a resource that the call names, does not exist.',
    code: 'OPERATION_NOT_FOUND',
    canonical: 'NOT_FOUND',
    title: 'Operation not found',
    message: 'There is no such operation. Check the method and the path.',
  },
  413: {
    status: 413,
    description: 'The request is too large.',
    code: 'PAYLOAD_TOO_LARGE',
    canonical: 'INVALID_ARGUMENT',
    title: 'Payload too large',
    message: 'The body is larger than 20971520 bytes, the most that is accepted.',
  },
  429: {
    status: 429,
    description:
      'The caller made too many calls or used too many tokens. The header Retry-After has the seconds to wait.',
    code: 'RATE_LIMITED',
    canonical: 'RESOURCE_EXHAUSTED',
    title: 'Too many calls or tokens',
    message:
      'Your APIM subscription makes more calls, or uses more tokens, in a minute than it may. Wait for as long as the header Retry-After says.',
  },
  500: {
    status: 500,
    description: 'The gateway has an internal error.',
    code: 'EDGE_FAILED',
    canonical: 'INTERNAL',
    title: 'Internal error',
    message: 'API Management failed on its own side. Give the request id to its operators.',
  },
  501: {
    status: 501,
    description: 'The rules allow the operation, but the gateway does not serve it.',
    code: 'OPERATION_NOT_SERVED',
    canonical: 'UNIMPLEMENTED',
    title: 'Operation not served',
    message: 'Live conversations over WebSocket are not served here. Use streamGenerateContent instead.',
  },
  502: {
    status: 502,
    description: 'A service behind the gateway failed.',
    code: 'BACKEND_UNREACHABLE',
    canonical: 'UNAVAILABLE',
    title: 'Backend unreachable',
    message: 'API Management could not reach the function app behind it. Try again.',
  },
  503: {
    status: 503,
    description: 'A service that the gateway needs is unavailable. A later call may succeed.',
    code: 'VERTEX_UNAVAILABLE',
    canonical: 'UNAVAILABLE',
    title: 'Vertex AI unavailable',
    message: 'Vertex AI cannot be reached or is overloaded. Try again shortly.',
  },
  504: {
    status: 504,
    description: 'The call took too long.',
    code: 'BACKEND_TIMEOUT',
    canonical: 'DEADLINE_EXCEEDED',
    title: 'Backend timed out',
    message:
      'The function app behind API Management did not answer in time. Try again with a smaller request.',
  },
};
