/**
 * A refusal of the Security Token Service; always HTTP 400 with `error` and `error_description`.
 * Source: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 and https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2
 */
export class ExchangeError extends Error {
  readonly error:
    | 'invalid_grant'
    | 'invalid_request'
    | 'invalid_scope'
    | 'invalid_target'
    | 'unauthorized_client'
    | 'unsupported_grant_type';

  constructor(error: ExchangeError['error'], description: string) {
    super(description);
    this.name = 'ExchangeError';
    this.error = error;
  }
}
