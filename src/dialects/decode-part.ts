import { GatewayError } from '../errors/gateway-error.ts';

/** A part of a path, percent-decoded once. @throws GatewayError INVALID_PATH. */
export function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new GatewayError('INVALID_PATH', 'The path has a percent-encoding that is not valid UTF-8.');
  }
}
