import { createHash, randomBytes } from 'node:crypto';

const HASH_BYTES = 32;
const SALT_BYTES = 32;
const TRAILER = 0xbc;

/**
 * Encodes a digest by EMSA-PSS with SHA-256 and a salt of its length, as PS256 requires. Node itself only signs data
 * that it hashes.
 * Sources: https://www.rfc-editor.org/rfc/rfc8017#section-9.1.1 and https://www.rfc-editor.org/rfc/rfc7518#section-3.5
 * @param modulusBits the size of the key; the encoded message is one bit shorter.
 */
export function encodePss(digest: Uint8Array, modulusBits: number): Buffer {
  const length = Math.ceil((modulusBits - 1) / 8);
  const salt = randomBytes(SALT_BYTES);
  const hash = createHash('sha256').update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const block = Buffer.alloc(length - HASH_BYTES - 1);
  block[block.length - SALT_BYTES - 1] = 1;
  salt.copy(block, block.length - SALT_BYTES);
  const mask = generateMask(hash, block.length);
  for (const [index, byte] of mask.entries()) block[index] = (block[index] ?? 0) ^ byte;
  block[0] = (block[0] ?? 0) & (0xff >> (8 * length - (modulusBits - 1)));
  return Buffer.concat([block, hash, Buffer.of(TRAILER)]);
}

/** MGF1 with SHA-256. Source: https://www.rfc-editor.org/rfc/rfc8017#appendix-B.2.1 */
function generateMask(seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0; counter * HASH_BYTES < length; counter += 1) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(counter);
    blocks.push(createHash('sha256').update(seed).update(bytes).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}
