import { GatewayError } from '../errors/gateway-error.ts';

/** Percent-decodes a segment of a path once. @throws GatewayError INVALID_PATH for bytes that are not UTF-8. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new GatewayError('INVALID_PATH', 'The path has a percent-encoding that is not valid UTF-8.');
  }
}
