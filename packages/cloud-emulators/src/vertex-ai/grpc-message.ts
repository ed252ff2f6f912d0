import { CANONICAL_CODES, GoogleError } from './google-error.ts';
import type { Protos } from './protos.ts';

const PREFIX_BYTES = 5;

/**
 * Extracts the one message from the body of a unary call.
 * Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 * @throws GoogleError UNIMPLEMENTED when it is compressed, INTERNAL when it is cut short or followed by another
 */
export function unframe(body: Buffer): Buffer {
  if (body.length < PREFIX_BYTES || body.length !== PREFIX_BYTES + body.readUInt32BE(1)) {
    throw new GoogleError('INTERNAL', 'The body of a unary call is one length-prefixed message.');
  }
  if (body[0] !== 0)
    throw new GoogleError('UNIMPLEMENTED', 'The Vertex AI emulator reads no compressed messages.');
  return body.subarray(PREFIX_BYTES);
}

/** Frames a message: its length goes before it, and it is not compressed. */
export function frame(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Builds the trailers of a failed call: code, message and, when there are details, google.rpc.Status. */
export function statusTrailers(protos: Protos, error: GoogleError): Record<string, string> {
  const { grpc } = CANONICAL_CODES[error.code];
  const trailers = { 'grpc-status': String(grpc), 'grpc-message': percentEncode(error.message) };
  if (error.details.length === 0) return trailers;
  const details = error.details.map(({ '@type': typeUrl, ...fields }) => {
    const type = protos.errorDetail(typeUrl.split('/').at(-1) ?? '');
    return { type_url: typeUrl, value: type.encode(type.fromObject(withDurations(fields))).finish() };
  });
  const status = { code: grpc, message: error.message, details };
  const encoded = Buffer.from(protos.status.encode(protos.status.create(status)).finish());
  return { ...trailers, 'grpc-status-details-bin': encoded.toString('base64') };
}

/** Reads a google.protobuf.Duration, which JSON writes as "1.5s"; only RetryInfo.retryDelay is one. */
function withDurations(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { retryDelay } = fields;
  if (typeof retryDelay !== 'string') return fields;
  const seconds = Number.parseFloat(retryDelay);
  const whole = Math.trunc(seconds);
  return { ...fields, retryDelay: { seconds: whole, nanos: Math.round((seconds - whole) * 1e9) } };
}

/** Percent-encodes the UTF-8 bytes of everything but printable ASCII, and the percent sign. */
function percentEncode(message: string): string {
  return message.replace(/[^ -$&-~]+/gu, (text) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
