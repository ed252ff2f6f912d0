import { AuditError } from '../src/audit-error.ts';

/** Gives the AuditError that the work throws. Throws for another error or none. */
export function thrownBy(work: () => unknown): AuditError {
  try {
    work();
  } catch (error) {
    return asAuditError(error);
  }
  throw new Error('nothing was thrown');
}

/** Gives the AuditError with which the promise rejects. Rejects for another error or none. */
export async function rejectedBy(work: Promise<unknown>): Promise<AuditError> {
  return work.then(() => {
    throw new Error('nothing was thrown');
  }, asAuditError);
}

function asAuditError(error: unknown): AuditError {
  expect(error).toBeInstanceOf(AuditError);
  return error as AuditError;
}
