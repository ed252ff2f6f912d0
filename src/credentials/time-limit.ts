import type { GatewayError } from '../errors/gateway-error.ts';

/**
 * Settles as the work does, or throws `onTimeout()` after `timeoutInMs`. Work that goes on after that is not stopped,
 * because the SDKs can't be, and its result is dropped.
 */
export async function withTimeLimit<Result>(
  work: Promise<Result>,
  timeoutInMs: number,
  onTimeout: () => GatewayError,
): Promise<Result> {
  work.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onTimeout()), timeoutInMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
