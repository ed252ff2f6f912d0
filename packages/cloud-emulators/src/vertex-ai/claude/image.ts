/** The size of an image in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

type Format = 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';

/** Reads the size of an image from its first bytes; undefined when they are not of this format. */
export function sizeOfImage(format: Format, bytes: Buffer): ImageSize | undefined {
  try {
    return SIZES[format](bytes);
  } catch {
    // The image is shorter than its header says.
    return undefined;
  }
}

const SIZES: Readonly<Record<Format, (bytes: Buffer) => ImageSize | undefined>> = {
  'image/png': (bytes) =>
    bytes.toString('latin1', 1, 4) === 'PNG' && bytes.toString('latin1', 12, 16) === 'IHDR'
      ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
      : undefined,
  'image/gif': (bytes) =>
    /^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))
      ? { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
      : undefined,
  'image/jpeg': sizeOfJpeg,
  'image/webp': sizeOfWebp,
};

/**
 * Reads the size from the first frame header (SOF0 to SOF15 but DHT, JPG and DAC).
 * Source: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.2.2
 */
function sizeOfJpeg(bytes: Buffer): ImageSize | undefined {
  if (bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; bytes.readUInt8(at) === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
  }
  return undefined;
}

/**
 * Reads the size from the first chunk.
 * Source: https://developers.google.com/speed/webp/docs/riff_container and RFC
 * 6386, section 9.1
 */
function sizeOfWebp(bytes: Buffer): ImageSize | undefined {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP')
    return undefined;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}
