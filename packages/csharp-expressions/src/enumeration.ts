import { spend } from './budget.ts';
import { allInterfaces } from './members.ts';
import { parseTypeName } from './signature.ts';
import { type CsType, getType, isArray } from './types.ts';
import { itemsOf } from './values/collections.ts';

/** The enumeration of a type by `foreach`: the type of its items, and the items of a value. */
export interface Enumeration {
  readonly element: CsType;
  readonly items: (value: unknown) => Iterable<unknown>;
}

/** Returns the enumeration of a type; null for a type that can't be enumerated. */
export function enumerationOf(type: CsType): Enumeration | null {
  const { element, enumerate } = type.definition;
  if (element !== undefined && enumerate) {
    const start = enumerate as (value: unknown) => Iterable<unknown>;
    return { element: parseTypeName(element, type.definition), items: (value) => counted(start(value)) };
  }
  const [first] = type.args;
  if (isArray(type) && first) return { element: first, items: itemsOf };
  if (type.name === 'string') return { element: getType('char'), items: itemsOf };
  const sequence = [type, ...allInterfaces(type)].find(({ definition }) => definition.name === 'IEnumerable');
  return sequence?.args[0] ? { element: sequence.args[0], items: itemsOf } : null;
}

function* counted(items: Iterable<unknown>): Generator {
  for (const item of items) {
    spend();
    yield item;
  }
}
