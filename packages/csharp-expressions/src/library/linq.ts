import type { TypeDeclaration } from '../types.ts';
import { AGGREGATES } from './linq-aggregates.ts';
import { RESULTS } from './linq-results.ts';
import { SEQUENCES } from './linq-sequences.ts';

/** System.Linq. */
export const LINQ_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'IOrderedEnumerable<T>',
    namespace: 'System.Linq',
    kind: 'interface',
    interfaces: ['IEnumerable<T>'],
  },
  {
    name: 'IGrouping<K, T>',
    namespace: 'System.Linq',
    kind: 'interface',
    interfaces: ['IEnumerable<T>'],
  },
  {
    name: 'Enumerable',
    namespace: 'System.Linq',
    kind: 'static',
    members: { ...SEQUENCES, ...RESULTS, ...AGGREGATES },
  },
];
