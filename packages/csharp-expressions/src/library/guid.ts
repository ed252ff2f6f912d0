import { randomUUID } from 'node:crypto';
import { raise } from '../evaluation-error.ts';
import { formatValue } from '../format.ts';
import type { Out } from '../invoke.ts';
import type { TypeDeclaration } from '../types.ts';
import { valuesEqual } from '../values/equality.ts';
import { Guid } from '../values/guid.ts';

function parse(text: string): Guid {
  return Guid.parse(text) ?? raise('FormatException', 'Unrecognized Guid format.');
}

/** System.Guid. */
export const GUID_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'Guid',
    namespace: 'System',
    kind: 'struct',
    interfaces: ['IComparable'],
    members: {
      'new(string text)': parse,
      'static Guid Empty': () => Guid.empty,
      'static Guid NewGuid()': () => parse(randomUUID()),
      'static Guid Parse(string text)': parse,
      'static bool TryParse(string? text, out Guid result)': (text: string | null, out: Out) => {
        const value = text === null ? null : Guid.parse(text);
        out.value = value ?? Guid.empty;
        return value !== null;
      },
      'string ToString(string? format)': (self: Guid, format: string | null) =>
        formatValue(self, format ?? ''),
      'byte[] ToByteArray()': (self: Guid) => self.toBytes(),
      'int GetHashCode()': (self: Guid) => self.hashCode(),
      'bool Equals(Guid other)': valuesEqual,
      'int CompareTo(Guid other)': (self: Guid, other: Guid) => self.compareTo(other),
      'operator bool ==(Guid left, Guid right)': valuesEqual,
      'operator bool !=(Guid left, Guid right)': (left: Guid, right: Guid) => !valuesEqual(left, right),
    },
  },
];
