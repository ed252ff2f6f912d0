import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { raise } from '../evaluation-error.ts';
import type { TypeDeclaration, Members } from '../types.ts';

const NAMESPACE = 'System.Security.Cryptography';
const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
};

/** A hash, with a key where it is an HMAC. */
class HashAlgorithm {
  readonly type: string;
  readonly #algorithm: string;
  readonly key: Uint8Array | null;

  constructor(type: string, algorithm: string, key: Uint8Array | null = null) {
    this.type = type;
    this.#algorithm = algorithm;
    this.key = key;
  }

  compute(bytes: Uint8Array): Uint8Array {
    const hash = this.key ? createHmac(this.#algorithm, this.key) : createHash(this.#algorithm);
    return Uint8Array.from(hash.update(bytes).digest());
  }
}

function hashTypes([name, algorithm]: [string, string]): TypeDeclaration[] {
  const plain: Members = {
    [`static ${name} Create()`]: () => new HashAlgorithm(name, algorithm),
    'static byte[] HashData(byte[] bytes)': (bytes: Uint8Array) =>
      new HashAlgorithm(name, algorithm).compute(bytes),
  };
  const managed = name === 'MD5' ? [] : [`${name}Managed`];
  return [
    { name, namespace: NAMESPACE, kind: 'class', base: 'HashAlgorithm', members: plain },
    ...managed.map((type): TypeDeclaration => ({
      name: type,
      namespace: NAMESPACE,
      kind: 'class',
      base: name,
      members: { 'new()': () => new HashAlgorithm(type, algorithm) },
    })),
    {
      name: `HMAC${name}`,
      namespace: NAMESPACE,
      kind: 'class',
      base: 'HMAC',
      members: {
        'new()': () => new HashAlgorithm(`HMAC${name}`, algorithm, Uint8Array.from(randomBytes(64))),
        'new(byte[] key)': (key: Uint8Array) => new HashAlgorithm(`HMAC${name}`, algorithm, key),
      },
    },
  ];
}

const AES_NAMES: ReadonlySet<string> = new Set(['aes', 'aesmanaged', 'rijndael', 'rijndaelmanaged']);
const AES_BLOCK_IN_BYTES = 16;

/** AES as .NET's algorithms start out: CBC, padded as PKCS #7 says. */
function crypt(
  create: typeof createCipheriv | typeof createDecipheriv,
): (input: Uint8Array, algorithm: string, key: Uint8Array, iv: Uint8Array) => Uint8Array {
  return (input, algorithm, key, iv) => {
    if (!AES_NAMES.has(algorithm.toLowerCase()))
      raise('NotSupportedException', 'The algorithm is not supported; supported: Aes, Rijndael.');
    if (![16, 24, 32].includes(key.length))
      raise('CryptographicException', 'Specified key is not a valid size for this algorithm.');
    if (iv.length !== AES_BLOCK_IN_BYTES)
      raise('CryptographicException', 'Specified initialization vector (IV) does not match the block size.');
    const cipher = create(`aes-${key.length * 8}-cbc`, key, iv);
    try {
      return Uint8Array.from(Buffer.concat([cipher.update(input), cipher.final()]));
    } catch {
      return raise('CryptographicException', 'Padding is invalid and cannot be removed.');
    }
  };
}

/** Hashes, HMACs, and AES as far as the context variable's table has it. */
export const CRYPTOGRAPHY_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'HashAlgorithm',
    namespace: NAMESPACE,
    kind: 'class',
    members: {
      'byte[] ComputeHash(byte[] bytes)': (self: HashAlgorithm, bytes: Uint8Array) => self.compute(bytes),
      'void Clear()': () => undefined,
      'void Dispose()': () => undefined,
    },
  },
  {
    name: 'KeyedHashAlgorithm',
    namespace: NAMESPACE,
    kind: 'class',
    base: 'HashAlgorithm',
    members: { 'byte[] Key': (self: HashAlgorithm) => self.key },
  },
  { name: 'HMAC', namespace: NAMESPACE, kind: 'class', base: 'KeyedHashAlgorithm' },
  ...Object.entries(HASHES).flatMap(hashTypes),
  {
    name: 'SymmetricExtensions',
    namespace: NAMESPACE,
    kind: 'static',
    members: {
      'static byte[] Encrypt(this byte[] input, string algorithm, byte[] key, byte[] iv)':
        crypt(createCipheriv),
      'static byte[] Decrypt(this byte[] input, string algorithm, byte[] key, byte[] iv)':
        crypt(createDecipheriv),
    },
  },
];
