import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

/** An image of an answer, as bytes in Base64. */
export interface InlineImage {
  readonly mimeType: 'image/png';
  readonly data: string;
}

/** The tokens of an image: https://cloud.google.com/vertex-ai/generative-ai/pricing */
export const TOKENS_PER_IMAGE = 1120;

/** Returns true for a model whose answers may have images. */
export function makesImages(model: string): boolean {
  return model.endsWith('-image');
}

/** Makes an image of one colour, which depends on the seed alone. */
export function makeImage(seed: Uint8Array): InlineImage {
  const colour = createHash('sha256').update(seed).digest().subarray(0, 3);
  return { mimeType: 'image/png', data: png(colour).toString('base64') };
}

/** Makes a PNG of one pixel. Source: https://www.w3.org/TR/png-3/ */
function png(colour: Uint8Array): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat([Buffer.from([0]), colour]))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}
