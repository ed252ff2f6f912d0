import { sizeOfImage } from '../../src/vertex-ai/claude/image.ts';

function bytes(...parts: (string | number[])[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
}

const SIZE = { width: 300, height: 20 };
const IMAGES = {
  'image/png': bytes([0x89], 'PNG\r\n', [0x1a, 0x0a, 0, 0, 0, 13], 'IHDR', [0, 0, 1, 44, 0, 0, 0, 20]),
  'image/gif': bytes('GIF89a', [44, 1, 20, 0]),
  'image/jpeg': bytes(
    [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0],
    [0xff, 0xc4, 0, 3, 0],
    [0xff, 0xc2, 0, 11, 8, 0, 20, 1, 44, 1, 1, 17, 0],
  ),
  'image/webp': bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0], [43, 1, 0, 19, 0, 0]),
} as const;

test.each(['image/png', 'image/gif', 'image/jpeg', 'image/webp'] as const)(
  'reads the size of %s',
  (format) => {
    expect(sizeOfImage(format, IMAGES[format])).toEqual(SIZE);
  },
);

test('reads the size of WebP without its extended header', () => {
  const lossy = bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', Array<number>(10).fill(0), [44, 1, 20, 0]);
  expect(sizeOfImage('image/webp', lossy)).toEqual(SIZE);
  const bits = 299 | (19 << 14);
  const lossless = bytes(
    'RIFF',
    [0, 0, 0, 0],
    'WEBPVP8L',
    [0, 0, 0, 0, 0x2f],
    [bits & 255, (bits >> 8) & 255, (bits >> 16) & 255, bits >>> 24],
  );
  expect(sizeOfImage('image/webp', lossless)).toEqual(SIZE);
});

test.each(['image/png', 'image/gif', 'image/jpeg', 'image/webp'] as const)(
  'finds no size where the bytes are not %s, or too few',
  (format) => {
    for (const [other, image] of Object.entries(IMAGES)) {
      if (other !== format) expect(sizeOfImage(format, image)).toBeUndefined();
    }
    expect(sizeOfImage(format, IMAGES[format].subarray(0, 7))).toBeUndefined();
    expect(sizeOfImage(format, Buffer.alloc(0))).toBeUndefined();
  },
);
