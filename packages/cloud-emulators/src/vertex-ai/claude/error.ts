import { randomUUID } from 'node:crypto';

/** Anthropic's types of errors with their HTTP status. Source: https://platform.claude.com/docs/en/api/errors */
export const CLAUDE_ERRORS = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
} as const;

export type ClaudeErrorType = keyof typeof CLAUDE_ERRORS;

/** An answer of Anthropic's that is not a success; what Google's front end refuses is a GoogleError. */
export class ClaudeError extends Error {
  readonly type: ClaudeErrorType;

  constructor(type: ClaudeErrorType, message: string) {
    super(message);
    this.name = 'ClaudeError';
    this.type = type;
  }
}

/** A 400 in Anthropic's form; the message begins with the path of the field that is wrong. */
export function invalidRequest(message: string): ClaudeError {
  return new ClaudeError('invalid_request_error', message);
}

/** The body of a failed call, or the data of an `error` event. */
export function claudeErrorBody({ type, message }: Pick<ClaudeError, 'type' | 'message'>, requestId: string) {
  return { type: 'error', error: { type, message }, request_id: requestId };
}

/** An id as Vertex AI gives them to calls and messages of Claude, such as `req_vrtx_011CVVmAGpANwSni83J9vMri`. */
export function newClaudeId(prefix: 'msg' | 'req' | 'toolu'): string {
  return `${prefix}_vrtx_01${randomUUID().replaceAll('-', '').slice(0, 22)}`;
}
