import type { TypeDeclaration } from '../types.ts';
import { STRING_MEMBERS } from './string-members.ts';
import { STRING_STATICS } from './string-statics.ts';

/** System.String and the enums that go with it. */
export const STRING_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'string',
    namespace: 'System',
    clrName: 'String',
    kind: 'class',
    interfaces: ['IEnumerable<char>', 'IComparable'],
    members: { ...STRING_MEMBERS, ...STRING_STATICS },
  },
  {
    name: 'StringComparison',
    namespace: 'System',
    kind: 'enum',
    values: {
      CurrentCulture: 0,
      CurrentCultureIgnoreCase: 1,
      InvariantCulture: 2,
      InvariantCultureIgnoreCase: 3,
      Ordinal: 4,
      OrdinalIgnoreCase: 5,
    },
  },
  {
    name: 'StringSplitOptions',
    namespace: 'System',
    kind: 'enum',
    flags: true,
    values: { None: 0, RemoveEmptyEntries: 1, TrimEntries: 2 },
  },
];
