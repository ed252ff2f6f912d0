import { createHash, createHmac, randomBytes } from 'node:crypto';
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

/** Hashes and HMACs. */
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
];
