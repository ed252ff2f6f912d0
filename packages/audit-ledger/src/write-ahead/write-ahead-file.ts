import type { UncommittedBlock } from '../ledger/ledger-writer.ts';
import type { WrappedDataKey } from './data-key.ts';
import { encodeHeader, FrameCipher, type PlacedLines } from './file-format.ts';
import { fileName } from './file-names.ts';
import type { WriteAheadFolder } from './write-ahead-folder.ts';

/** The dependencies of a write-ahead file. */
interface WriteAheadFileOptions {
  readonly folder: WriteAheadFolder;
  /** The writer of the entries that it keeps. */
  readonly writer: string;
  readonly storageUrl: string;
  readonly keyUrl: string;
  /** A file of this size is written anew, with the uncommitted entries alone. */
  readonly maximumBytes: number;
}

/** The part of a chain that a file has, and what it takes to append to the file. */
interface Written {
  /** The number of bytes of the chain up to the end of the last frame. */
  readonly end: number;
  readonly headerLine: Buffer;
  readonly frames: number;
  readonly bytes: number;
}

/**
 * The write-ahead file of a living process: what its chain will have next, encrypted. One operation may be at work at a
 * time. They throw what the folder throws; the next `keep` writes the file anew then.
 */
export class WriteAheadFile {
  readonly #options: WriteAheadFileOptions;
  readonly #name: string;
  #cipher: FrameCipher | undefined;
  #written: Written | undefined;
  /** False when there is surely no file. */
  #mayBeThere = false;

  constructor(options: WriteAheadFileOptions) {
    this.#options = options;
    this.#name = fileName({ writer: options.writer, owner: options.writer });
  }

  /**
   * Writes the blocks as far as the file does not have them. A file that has them all is touched, which says that its
   * process lives. When this resolves they are on the disk.
   */
  async keep(blocks: readonly UncommittedBlock[], key: WrappedDataKey): Promise<void> {
    const { folder, maximumBytes } = this.#options;
    const cipher = (this.#cipher ??= new FrameCipher(key.secret));
    const before = this.#written;
    this.#written = undefined;
    if (before && before.bytes < maximumBytes) {
      const { written, frames } = encodeAfter(before, blocks, cipher);
      const isKept =
        frames.length > 0
          ? await folder.append(this.#name, Buffer.concat(frames))
          : await folder.touch(this.#name);
      if (isKept) {
        this.#written = written;
        return;
      }
      // Another process took this one for dead and has the file now.
    }
    const headerLine = this.#headerLine(key);
    const empty = { end: 0, headerLine, frames: 0, bytes: headerLine.byteLength };
    const { written, frames } = encodeAfter(empty, blocks, cipher);
    this.#mayBeThere = true;
    await folder.replace(this.#name, Buffer.concat([headerLine, ...frames]));
    this.#written = written;
  }

  /** Deletes the file, if there is one. */
  async remove(): Promise<void> {
    if (!this.#mayBeThere) return;
    this.#written = undefined;
    await this.#options.folder.remove(this.#name);
    this.#mayBeThere = false;
  }

  #headerLine({ keyId, wrapped }: WrappedDataKey): Buffer {
    const { writer, storageUrl, keyUrl } = this.#options;
    return encodeHeader({ v: 1, writer, storageUrl, keyUrl, keyId, wrapped });
  }
}

/** Encrypts what the blocks have behind that which is written, and says what is written after that. */
function encodeAfter(
  before: Written,
  blocks: readonly UncommittedBlock[],
  cipher: FrameCipher,
): { readonly written: Written; readonly frames: readonly Buffer[] } {
  const frames: Buffer[] = [];
  let { end, bytes } = before;
  for (const block of blocks) {
    const lines = linesAfter(block, end);
    if (!lines) continue;
    const frame = cipher.encrypt(lines, before.headerLine, before.frames + frames.length);
    frames.push(frame);
    bytes += frame.byteLength;
    end = lines.end;
  }
  return { written: { ...before, end, bytes, frames: before.frames + frames.length }, frames };
}

/** Gives the lines of a block that begin at this offset of the chain or later; undefined where there are none. */
function linesAfter(
  { part, position, offset, lines }: UncommittedBlock,
  from: number,
): (PlacedLines & { readonly end: number }) | undefined {
  let start = offset;
  let first = 0;
  for (; first < lines.length && start < from; first += 1) start += lines[first]?.byteLength ?? 0;
  if (first === lines.length) return undefined;
  const bytes = Buffer.concat(lines.slice(first));
  return { part, position: position + start - offset, bytes, end: start + bytes.byteLength };
}
