import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import { WriterName } from '../ledger/ledger-entry.ts';

/**
 * The first line of a write-ahead file, which is JSON. It says whose entries follow, and who can read them: the data key
 * of the frames is wrapped by the audit key.
 */
export const FileHeader = z.strictObject({
  v: z.literal(1),
  writer: WriterName,
  storageUrl: z.string().describe('Storage account of the ledger'),
  keyUrl: z.string().describe('Address of the audit key'),
  keyId: z.string().describe('Version of the audit key that wrapped the data key'),
  wrapped: z.base64url().describe('The data key, wrapped'),
});
export type FileHeader = z.infer<typeof FileHeader>;

/** Whole lines of a chain that end with a seal, and the place in the ledger where they are to be. */
export interface PlacedLines {
  readonly part: number;
  /** The number of bytes before them in the part. */
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * The state of the end of a file. `torn`: the last frame is not whole, because the process ended while it was written.
 * `damaged`: a frame is not what was written, and frames after it are not read.
 */
export type FileEnd = 'whole' | 'torn' | 'damaged';

/** Reads up to `length` bytes of a file from `position`; none behind its end. */
export type ReadBytes = (position: number, length: number) => Promise<Buffer>;

const ALGORITHM = 'aes-256-gcm';
const LENGTH_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The part in four bytes, and the position in six. */
const PLACE_BYTES = 10;
const FRAME_HEAD_BYTES = LENGTH_BYTES + NONCE_BYTES;
const MAXIMUM_HEADER_BYTES = 8_192;
/** More than a block of the ledger with its place and tag. */
const MAXIMUM_SEALED_BYTES = 5 * 1024 * 1024;
const LINE_BREAK = 0x0a;

/** Writes the first line of a file. */
export function encodeHeader(header: FileHeader): Buffer {
  return Buffer.from(`${JSON.stringify(header)}\n`);
}

/** Reads the first line of a file; undefined where it is none of this version. */
export async function readHeader(read: ReadBytes): Promise<{ header: FileHeader; line: Buffer } | undefined> {
  const start = await read(0, MAXIMUM_HEADER_BYTES);
  const line = start.subarray(0, start.indexOf(LINE_BREAK) + 1);
  try {
    return { header: FileHeader.parse(JSON.parse(line.toString())), line };
  } catch {
    return undefined;
  }
}

/**
 * Makes the frames of one data key. A frame is its length in four bytes, a nonce of twelve, and its lines with their
 * place, encrypted with AES-256-GCM. Each is bound to the header of its file and to its number there, so that none can
 * be moved. Nonces are counted, so that none comes twice: https://csrc.nist.gov/pubs/sp/800/38/d/final
 */
export class FrameCipher {
  readonly #secret: Uint8Array;
  #made = 0;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** Makes a frame. @param index the number of frames before it in its file. */
  encrypt({ part, position, bytes }: PlacedLines, headerLine: Uint8Array, index: number): Buffer {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeUIntBE((this.#made += 1), NONCE_BYTES - 6, 6);
    const place = Buffer.alloc(PLACE_BYTES);
    place.writeUInt32BE(part);
    place.writeUIntBE(position, 4, 6);
    const cipher = createCipheriv(ALGORITHM, this.#secret, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(boundTo(headerLine, index));
    const head = [cipher.update(place), cipher.update(bytes), cipher.final()];
    const sealed = Buffer.concat([...head, cipher.getAuthTag()]);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(sealed.byteLength);
    return Buffer.concat([length, nonce, sealed]);
  }
}

/**
 * Reads the frames of a file in their order, one at a time, up to its end or to the first that is not whole.
 * @param headerLine the first line of the file, behind which the frames begin.
 */
export async function* readFrames(
  read: ReadBytes,
  headerLine: Uint8Array,
  secret: Uint8Array,
): AsyncGenerator<PlacedLines, FileEnd> {
  let position = headerLine.byteLength;
  for (let index = 0; ; index += 1) {
    const head = await read(position, FRAME_HEAD_BYTES);
    if (head.byteLength === 0) return 'whole';
    if (head.byteLength < FRAME_HEAD_BYTES) return 'torn';
    const length = head.readUInt32BE();
    if (length < PLACE_BYTES + TAG_BYTES || length > MAXIMUM_SEALED_BYTES) return 'damaged';
    const sealed = await read(position + FRAME_HEAD_BYTES, length);
    if (sealed.byteLength < length) return 'torn';
    const nonce = head.subarray(LENGTH_BYTES);
    const opened = decrypt(sealed, { secret, nonce, aad: boundTo(headerLine, index) });
    if (!opened) return 'damaged';
    yield {
      part: opened.readUInt32BE(),
      position: opened.readUIntBE(4, 6),
      bytes: opened.subarray(PLACE_BYTES),
    };
    position += FRAME_HEAD_BYTES + length;
  }
}

/** Decrypts a frame; undefined where the key, the nonce, the bytes or what it is bound to are others. */
function decrypt(
  sealed: Buffer,
  { secret, nonce, aad }: { readonly secret: Uint8Array; readonly nonce: Uint8Array; readonly aad: Buffer },
): Buffer | undefined {
  const end = sealed.byteLength - TAG_BYTES;
  try {
    const decipher = createDecipheriv(ALGORITHM, secret, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function boundTo(headerLine: Uint8Array, index: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(index);
  return Buffer.concat([headerLine, number]);
}
