import { bindArguments } from './bind-arguments.ts';
import { asValue, type Binder } from './binder.ts';
import type { Argument, Bound, Evaluate, Value } from './bound.ts';
import { linkOf } from './link.ts';
import { findMembers } from './members.ts';
import { groupOf } from './method-group.ts';
import { resolveCall } from './overloads.ts';
import type { Scope } from './scope.ts';
import { field, refuse, type Syntax } from './syntax.ts';

/** `receiver[…]`. */
export function bindElementAccess(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const receiver = asValue(binder.bindLink(field(syntax, 'expression'), scope));
  return elementAccess(receiver, field(syntax, 'subscript'), scope, binder);
}

/** `receiver[…]`, to read and, where the type allows it, to assign. */
export function elementAccess(value: Value, list: Syntax, scope: Scope, binder: Binder): Value {
  const { receiver, guard } = linkOf(value, scope);
  const indexers = findMembers(receiver.type, 'indexer', 'this');
  if (indexers.length === 0) return refuse(list, `A ${receiver.type.name} has no index.`);
  const base = { syntax: list, method: `${receiver.type.name}[…]`, receiver };
  const getters = groupOf({ ...base, candidates: indexers.filter(({ member }) => !member.setter) });
  const setters = groupOf({ ...base, candidates: indexers.filter(({ member }) => member.setter) });
  const indexes = bindArguments(list, scope, binder);
  const get = resolveCall(getters, indexes);
  if (setters.candidates.length === 0) return guard(get);
  const self = stored(receiver, scope);
  const keys = indexes.map((index) =>
    index.kind === 'value' ? stored(index, scope) : refuse(list, 'An index has to be a value.'),
  );
  const valueSlot = scope.temporary();
  const incoming: Value = {
    kind: 'value',
    syntax: list,
    type: get.type,
    evaluate: (frame) => frame.slots[valueSlot],
  };
  const read = resolveCall(
    { ...getters, receiver: self.value },
    keys.map((key) => key.value),
  );
  const write = resolveCall({ ...setters, receiver: self.value }, [
    ...keys.map((key): Argument => key.value),
    incoming,
  ]);
  return guard({
    ...get,
    place: (frame) => {
      self.store(frame);
      for (const key of keys) key.store(frame);
      return {
        get: () => read.evaluate(frame),
        set: (next) => {
          frame.slots[valueSlot] = next;
          write.evaluate(frame);
        },
      };
    },
  });
}

/** A value that is evaluated once, into a slot, and read from there. */
function stored(value: Value, scope: Scope): { value: Value; store: Evaluate } {
  const slot = scope.temporary();
  const { kind, syntax, type, constant, evaluate } = value;
  return {
    value: { kind, syntax, type, ...(constant && { constant }), evaluate: (frame) => frame.slots[slot] },
    store: (frame) => (frame.slots[slot] = evaluate(frame)),
  };
}
