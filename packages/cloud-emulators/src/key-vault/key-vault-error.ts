/**
 * A refusal by the vault, in its words where they are documented.
 * Sources: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes and
 * https://learn.microsoft.com/azure/key-vault/general/common-parameters-and-headers#common-error-response
 */
export class KeyVaultError extends Error {
  readonly status: number;
  readonly code: string;
  /** The inner error's code. */
  readonly reason: string | undefined;

  constructor(status: number, code: string, message: string, reason?: string) {
    super(message);
    this.name = 'KeyVaultError';
    this.status = status;
    this.code = code;
    this.reason = reason;
  }

  get body(): object {
    const { code, message, reason } = this;
    return { error: { code, message, ...(reason !== undefined && { innererror: { code: reason } }) } };
  }
}

/** Makes the error for a malformed parameter; `message` must not hold its value. */
export function badParameter(message: string): KeyVaultError {
  return new KeyVaultError(400, 'BadParameter', message);
}
