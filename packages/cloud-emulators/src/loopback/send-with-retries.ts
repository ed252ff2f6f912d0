import { setTimeout } from 'node:timers/promises';

/** The error codes of a connection that a busy server on this machine broke off. */
const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);
const MAXIMUM_TRIES = 10;
const WAIT_IN_MS = 200;

/**
 * Sends a request to a server that has just started on a busy machine. A request whose connection breaks off before
 * there is an answer is sent again, ten times at most. It is only for requests that may be repeated.
 * @param wait pauses between tries; 200 ms each when left out.
 * @throws the last error.
 */
export async function sendWithRetries<Answer>(
  send: () => Promise<Answer>,
  wait: () => Promise<unknown> = () => setTimeout(WAIT_IN_MS),
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (tries === MAXIMUM_TRIES || !isBrokenOff(error)) throw error;
      await wait();
    }
  }
}

/** Calls `fetch`, and repeats it when the connection breaks off. */
export const fetchWithRetries: typeof fetch = (input, init) => sendWithRetries(() => fetch(input, init));

/** Says if an error is a broken connection; `fetch` gives the connection's error as the cause of its own. */
function isBrokenOff(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return BROKEN_OFF.has(String(code)) || isBrokenOff(cause);
}
