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

/** A type of Anthropic's errors. */
export type ClaudeErrorType = keyof typeof CLAUDE_ERRORS;

/** An error that Anthropic answers. An error of Google's front end is a GoogleError instead. */
export class ClaudeError extends Error {
  readonly type: ClaudeErrorType;

  constructor(type: ClaudeErrorType, message: string) {
    super(message);
    this.name = 'ClaudeError';
    this.type = type;
  }
}

/** Makes a 400 in Anthropic's form. The message begins with the path of the wrong field. */
export function invalidRequest(message: string): ClaudeError {
  return new ClaudeError('invalid_request_error', message);
}

/** Builds the body of a failed call, or the data of an `error` event. */
export function claudeErrorBody({ type, message }: Pick<ClaudeError, 'type' | 'message'>, requestId: string) {
  return { type: 'error', error: { type, message }, request_id: requestId };
}

/**
 * Makes an id of a call or a message of Claude, in the form of Vertex AI, such as `req_vrtx_011CVVmAGpANwSni83J9vMri`.
 */
export function newClaudeId(prefix: 'msg' | 'req' | 'toolu' | 'srvtoolu'): string {
  return `${prefix}_vrtx_01${randomUUID().replaceAll('-', '').slice(0, 22)}`;
}
