import { AuditError } from './audit-error.ts';

/** Makes the error of a command for input that it cannot use (AUDIT_INPUT_INVALID). */
export function inputInvalid(message: string): AuditError {
  return new AuditError('AUDIT_INPUT_INVALID', message);
}
