import { randomFillSync } from 'node:crypto';
import { raise } from '../evaluation-error.ts';
import type { TypeDeclaration } from '../types.ts';

/** System.Random; a seed is taken but gives no repeatable numbers. */
class Random {
  readonly type = 'Random';
}

function between(least: number, most: number): number {
  if (least > most) raise('ArgumentOutOfRangeException', "'minValue' cannot be greater than maxValue.");
  return least + Math.floor(Math.random() * (most - least));
}

/** System.Random. */
export const RANDOM_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'Random',
    namespace: 'System',
    kind: 'class',
    members: {
      'new()': () => new Random(),
      'new(int seed)': () => new Random(),
      'int Next()': () => between(0, 2147483647),
      'int Next(int most)': (_self: Random, most: number) => between(0, most),
      'int Next(int least, int most)': (_self: Random, least: number, most: number) => between(least, most),
      'double NextDouble()': () => Math.random(),
      'void NextBytes(byte[] bytes)': (_self: Random, bytes: Uint8Array) => void randomFillSync(bytes),
    },
  },
];
