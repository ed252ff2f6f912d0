import { raise } from '../evaluation-error.ts';
import type { TypeDeclaration } from '../types.ts';

/** System.Text.Encoding, one per name. */
class Encoding {
  readonly type = 'Encoding';
  readonly name: 'utf8' | 'ascii' | 'unicode' | 'latin1';

  constructor(name: Encoding['name']) {
    this.name = name;
  }

  encode(text: string): Uint8Array {
    switch (this.name) {
      case 'utf8':
        return Uint8Array.from(Buffer.from(text.toWellFormed(), 'utf8'));
      case 'unicode':
        return Uint8Array.from(Buffer.from(text, 'utf16le'));
      case 'ascii':
        return Uint8Array.from(text, (letter) => (letter.charCodeAt(0) < 128 ? letter.charCodeAt(0) : 63));
      case 'latin1':
        return Uint8Array.from(text, (letter) => (letter.charCodeAt(0) < 256 ? letter.charCodeAt(0) : 63));
    }
  }

  decode(bytes: Uint8Array): string {
    switch (this.name) {
      case 'utf8':
        return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      case 'unicode':
        return Buffer.from(bytes).toString('utf16le');
      case 'ascii':
        return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : '\ufffd')).join('');
      case 'latin1':
        return Buffer.from(bytes).toString('latin1');
    }
  }
}

const NAMES: Readonly<Record<string, Encoding['name']>> = {
  'utf-8': 'utf8',
  'us-ascii': 'ascii',
  ascii: 'ascii',
  'utf-16': 'unicode',
  'iso-8859-1': 'latin1',
};

/** System.Text.Encoding and System.BitConverter. */
export const ENCODING_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'Encoding',
    namespace: 'System.Text',
    kind: 'class',
    members: {
      'static Encoding UTF8': () => new Encoding('utf8'),
      'static Encoding ASCII': () => new Encoding('ascii'),
      'static Encoding Unicode': () => new Encoding('unicode'),
      'static Encoding Latin1': () => new Encoding('latin1'),
      'static Encoding GetEncoding(string name)': (name: string) =>
        new Encoding(
          NAMES[name.toLowerCase()] ??
            raise('ArgumentException', `'${name}' is not a supported encoding name.`),
        ),
      'byte[] GetBytes(string text)': (self: Encoding, text: string) => self.encode(text),
      'string GetString(byte[] bytes)': (self: Encoding, bytes: Uint8Array) => self.decode(bytes),
      'string GetString(byte[] bytes, int index, int count)': (
        self: Encoding,
        bytes: Uint8Array,
        index: number,
        count: number,
      ) => self.decode(bytes.subarray(index, index + count)),
      'int GetByteCount(string text)': (self: Encoding, text: string) => self.encode(text).length,
    },
  },
  {
    name: 'BitConverter',
    namespace: 'System',
    kind: 'static',
    members: {
      'static string ToString(byte[] bytes)': (bytes: Uint8Array) =>
        Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('-'),
      'static byte[] GetBytes(int value)': (value: number) => {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setInt32(0, value, true);
        return bytes;
      },
      'static byte[] GetBytes(long value)': (value: bigint) => {
        const bytes = new Uint8Array(8);
        new DataView(bytes.buffer).setBigInt64(0, value, true);
        return bytes;
      },
      'static int ToInt32(byte[] bytes, int start)': (bytes: Uint8Array, start: number) =>
        new DataView(bytes.buffer, bytes.byteOffset).getInt32(start, true),
      'static long ToInt64(byte[] bytes, int start)': (bytes: Uint8Array, start: number) =>
        new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(start, true),
      'const bool IsLittleEndian': () => true,
    },
  },
];
