import { castTo, convertTo } from './bind-conversion.ts';
import { asValue, type Binder, constantOf, valueOf } from './binder.ts';
import { binaryOperation } from './binary-operation.ts';
import type { Bound, Value } from './bound.ts';
import { isNumeric } from './numeric.ts';
import type { Scope } from './scope.ts';
import { child, field, hasToken, refuse, type Syntax } from './syntax.ts';
import { getType, withoutNullable } from './types.ts';

/** `=`, and the operators with a calculation before it. */
export function bindAssignment(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const operator = syntax.fields.operator?.text ?? syntax.children[1]?.text ?? '=';
  const [left, right] = [field(syntax, 'left'), field(syntax, 'right')];
  const source = binder.bindArgument(right, scope);
  if (operator === '=' && left.kind === 'identifier') scope.assign(left.text);
  const target = binder.value(left, scope);
  const { place, type } = target;
  if (!place) return refuse(syntax, 'This cannot be assigned to.');
  if (operator === '=') {
    const value = convertTo(source, type, right);
    return valueOf(syntax, type, (frame) => {
      const into = place(frame);
      const result = value(frame);
      into.set(result);
      return result;
    });
  }
  if (operator === '??=') return refuse(syntax, '??= is not C# 7.');
  return update(target, operator.slice(0, -1), asValue(source), syntax, scope, binder).changed;
}

/** `++` and `--`, before or after a variable. */
export function bindIncrement(syntax: Syntax, scope: Scope, binder: Binder, before: boolean): Bound {
  const target = binder.value(child(syntax), scope);
  if (!isNumeric(withoutNullable(target.type).name))
    return refuse(syntax, `C# has no ++ for ${target.type.name}.`);
  const one = constantOf(syntax, getType('int'), 1);
  const { changed, previous } = update(
    target,
    hasToken(syntax, '++') ? '+' : '-',
    one,
    syntax,
    scope,
    binder,
  );
  return before ? changed : previous;
}

function update(
  target: Value,
  operator: string,
  operand: Value,
  syntax: Syntax,
  scope: Scope,
  binder: Binder,
): { changed: Value; previous: Value } {
  const { place, type } = target;
  if (!place) return refuse(syntax, 'This cannot be assigned to.');
  const slot = scope.temporary();
  const current = valueOf(syntax, type, (frame) => frame.slots[slot]);
  const calculated = binaryOperation(operator, current, operand, syntax, binder.checked);
  const result =
    type === calculated.type
      ? calculated.evaluate
      : castTo(calculated, type, syntax, binder.checked ?? false);
  const run = (before: boolean): Value =>
    valueOf(syntax, type, (frame) => {
      const at = place(frame);
      const old = at.get();
      frame.slots[slot] = old;
      const next = result(frame);
      at.set(next);
      return before ? old : next;
    });
  return { changed: run(false), previous: run(true) };
}
