import { setTimeout } from 'node:timers/promises';

/** How a connection to a server on this machine ends that is there, and too busy to keep it. */
const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);
const MAXIMUM_TRIES = 10;
const WAIT_IN_MS = 200;

/**
 * Sends a request to a server that has just started on a machine with much to do: one whose connection breaks off
 * before there is an answer is sent again, ten times at most. Only for what may be done twice.
 * @param wait between tries; 200 ms each when left out.
 * @throws the last error.
 */
export async function reach<Answer>(
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

/** `fetch`, sent again where its connection breaks off. */
export const fetchAgain: typeof fetch = (input, init) => reach(() => fetch(input, init));

/** `fetch` tells the connection's error as the cause of its own. */
function isBrokenOff(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return BROKEN_OFF.has(String(code)) || isBrokenOff(cause);
}
