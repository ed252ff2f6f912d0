import { raise } from '../evaluation-error.ts';
import { formatValue } from '../format.ts';
import { type CsType, isValueType, type TypeDeclaration } from '../types.ts';
import { unbox } from '../values/boxed.ts';
import { valuesEqual } from '../values/equality.ts';
import { defaultOf } from '../default-value.ts';

const delegate = (name: string): TypeDeclaration => ({ name, namespace: 'System', kind: 'delegate' });

/**
 * The declarations of `object`, `bool` and `Nullable<T>`, of the delegates `Func`, `Action`, `Predicate` and
 * `Comparison`, and of the markers `null` and `void`.
 */
export const OBJECT_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'object',
    namespace: 'System',
    clrName: 'Object',
    kind: 'class',
    members: {
      'new()': () => ({ type: 'object' }),
      'string ToString()': (self: unknown) => formatValue(self),
      'bool Equals(object? other)': valuesEqual,
      'static bool Equals(object? left, object? right)': valuesEqual,
      'static bool ReferenceEquals(object? left, object? right)': (left: unknown, right: unknown) =>
        left === right,
    },
  },
  { name: 'null', namespace: 'System', kind: 'special' },
  { name: 'void', namespace: 'System', clrName: 'Void', kind: 'special' },
  {
    name: 'Nullable<T>',
    namespace: 'System',
    kind: 'struct',
    members: {
      'bool HasValue': (self: unknown) => self !== null,
      'T Value': (self: unknown) =>
        self === null
          ? raise('InvalidOperationException', 'Nullable object must have a value.')
          : unbox(self),
      'string ToString()': (self: unknown) => formatValue(self),
      'bool Equals(object? other)': valuesEqual,
    },
  },
  {
    name: 'NullableExtensions',
    namespace: 'System',
    kind: 'static',
    members: {
      // Declared here because it needs to know T.
      'static T GetValueOrDefault<T>(this Nullable<T> self)': (self: unknown, [type]: readonly CsType[]) =>
        self ?? (type && isValueType(type) ? defaultOf(type) : null),
      'static T GetValueOrDefault<T>(this Nullable<T> self, T fallback)': (
        self: unknown,
        fallback: unknown,
      ) => self ?? fallback,
    },
  },
  {
    name: 'bool',
    namespace: 'System',
    clrName: 'Boolean',
    kind: 'struct',
    members: {
      'static string TrueString': () => 'True',
      'static string FalseString': () => 'False',
      'static bool Parse(string value)': (text: string) =>
        readBool(text) ?? raise('FormatException', `String '${text}' was not recognized as a valid Boolean.`),
      'static bool TryParse(string? value, out bool result)': (
        text: string | null,
        out: { value: unknown },
      ) => {
        const value = text === null ? null : readBool(text);
        out.value = value ?? false;
        return value !== null;
      },
      'bool Equals(bool other)': (self: boolean, other: boolean) => self === other,
      'int CompareTo(bool other)': (self: boolean, other: boolean) => Number(self) - Number(other),
    },
  },
  ...['Func<R>', 'Func<A, R>', 'Func<A, B, R>', 'Func<A, B, C, R>', 'Func<A, B, C, D, R>'].map(delegate),
  ...['Action', 'Action<A>', 'Action<A, B>', 'Action<A, B, C>', 'Predicate<T>', 'Comparison<T>'].map(
    delegate,
  ),
];

function readBool(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : null;
}
