import { compareTargets, convertImplicitly } from './bind-conversion.ts';
import type { Value } from './bound.ts';
import type { CsType } from './types.ts';

/** Returns the type that both branches of `?:` or both sides of `??` convert to; null where C# finds none. */
export function unify(left: Value, right: Value): CsType | null {
  if (left.type === right.type) return left.type;
  const toRight = convertImplicitly(left, right.type) !== null;
  const toLeft = convertImplicitly(right, left.type) !== null;
  if (toRight && toLeft) return compareTargets(left, left.type, right.type) <= 0 ? left.type : right.type;
  return toRight ? right.type : toLeft ? left.type : null;
}
