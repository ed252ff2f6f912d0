import { convertImplicitly } from './bind-conversion.ts';
import type { Argument } from './bound.ts';
import type { CsType } from './types.ts';

/** Returns the type among those of some expressions that all others convert to; null where there is none. */
export function commonType(items: readonly Argument[]): CsType | null {
  const types = items.flatMap((item) =>
    item.kind === 'value' && item.type.name !== 'null' ? [item.type] : [],
  );
  return (
    [...new Set(types)].find((type) => items.every((item) => convertImplicitly(item, type) !== null)) ?? null
  );
}
