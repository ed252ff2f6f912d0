/**
 * An error as the query API answers it.
 * Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/errors
 */
export interface ApiError {
  readonly status: number;
  readonly body: { readonly error: ErrorDetail };
}

interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly innererror?: ErrorDetail;
}

/** Creates an error answer of the query API. */
export function apiError(status: number, code: string, message: string, innererror?: ErrorDetail): ApiError {
  return { status, body: { error: { message, code, ...(innererror && { innererror }) } } };
}

/** Makes the error for a malformed request or query. The message stands in the innermost error. */
export function badArgument(kind: string, message: string): ApiError {
  const summary = kind === 'SyntaxError' ? 'Syntax Error' : 'A semantic error occurred.';
  return apiError(400, 'BadArgumentError', 'The request had some invalid properties', {
    code: kind,
    message: summary,
    innererror: { code: 'EMULATOR', message },
  });
}
