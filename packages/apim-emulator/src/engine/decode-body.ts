import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { ExchangeResponse } from './exchange-response.ts';
import type { ExchangeRequest } from './exchange.ts';

/** The longest body after decoding. */
const MAXIMUM_DECODED_BYTES = 8 * 1024 * 1024;

const DECODERS = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync };

/**
 * Returns the bytes of a body without its content coding (RFC 9110, section 8.4). The message itself stays as it is.
 * @param maximum the maximum number of decoded bytes.
 */
export function decodeBody(
  message: ExchangeRequest | ExchangeResponse,
  maximum = MAXIMUM_DECODED_BYTES,
): Buffer | 'too long' | 'not decodable' {
  if (message.type === 'IRequest' && message.body.head.length > MAXIMUM_DECODED_BYTES) return 'too long';
  const bytes = Buffer.from(message.body.read(true) ?? []);
  const coding = message.headers.get('content-encoding')?.values.join(',').trim().toLowerCase() ?? '';
  if (bytes.length === 0 || coding === '' || coding === 'identity') return bytes;
  const decode = Object.hasOwn(DECODERS, coding) ? DECODERS[coding as keyof typeof DECODERS] : undefined;
  if (!decode) return 'not decodable';
  try {
    return decode(bytes, { maxOutputLength: maximum });
  } catch (error) {
    const isTooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLong ? 'too long' : 'not decodable';
  }
}
