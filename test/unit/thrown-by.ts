import { GatewayError } from '../../src/errors/gateway-error.ts';

/** The GatewayError that the work throws; fails for another error or none. */
export function thrownBy(work: () => unknown): GatewayError {
  try {
    work();
  } catch (error) {
    return asGatewayError(error);
  }
  throw new Error('nothing was thrown');
}

/** The GatewayError that the promise rejects with; fails for another error or none. */
export async function rejectedBy(work: Promise<unknown>): Promise<GatewayError> {
  return work.then(() => {
    throw new Error('nothing was thrown');
  }, asGatewayError);
}

function asGatewayError(error: unknown): GatewayError {
  expect(error).toBeInstanceOf(GatewayError);
  return error as GatewayError;
}
