import type { MethodGroup } from './bound.ts';
import { findCall } from './overloads.ts';

/** Returns a method group, with what isn't said filled in. */
export function groupOf(
  group: Pick<MethodGroup, 'syntax' | 'method' | 'receiver' | 'candidates'> & Partial<MethodGroup>,
): MethodGroup {
  return {
    extensions: [],
    typeArguments: [],
    guard: (value) => value,
    ...group,
    kind: 'group',
    find: findCall,
  };
}
