/**
 * A refusal by Azure AI services. Its code is in the body and in the header `x-ms-error-code`.
 * Source: https://learn.microsoft.com/rest/api/contentsafety/text-operations/shield-prompt (ErrorResponse)
 */
export class AzureAiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'AzureAiError';
    this.status = status;
    this.code = code;
  }

  get body(): object {
    return { error: { code: this.code, message: this.message } };
  }
}

/** Makes the error for a malformed request; `message` must not hold its values. */
export function invalidRequest(message: string): AzureAiError {
  return new AzureAiError(400, 'InvalidRequestBody', message);
}
