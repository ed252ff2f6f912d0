import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative, sep } from 'node:path';

/** Computes the size and the SHA-256 in hex of a file; undefined where it can't be read. */
export async function hashFile(
  file: string,
): Promise<{ readonly bytes: number; readonly sha256: string } | undefined> {
  const digest = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      digest.update(chunk);
      bytes += chunk.byteLength;
    }
  } catch {
    return undefined;
  }
  return { bytes, sha256: digest.digest('hex') };
}

/** Gives the path of a file relative to the folder, with slashes, as manifests have it. */
export function pathIn(folder: string, file: string): string {
  return relative(folder, file).split(sep).join('/');
}
