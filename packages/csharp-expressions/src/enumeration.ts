import { spend } from './budget.ts';
import { allInterfaces } from './members.ts';
import { parseTypeName } from './signature.ts';
import { type CsType, getType, isArray } from './types.ts';
import { itemsOf } from './values/collections.ts';

/** How `foreach` goes through a type. */
export interface Enumeration {
  readonly element: CsType;
  readonly items: (value: unknown) => Iterable<unknown>;
}

/** How a type is enumerated, or null where it can't be. */
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
