import { anonymousType, AnonymousObject } from './anonymous-type.ts';
import { bindArguments } from './bind-arguments.ts';
import { convertTo } from './bind-conversion.ts';
import { elementAccess } from './bind-elements.ts';
import { bindCalled } from './bind-names.ts';
import { asValue, type Bind, type Binder, constantOf, valueOf } from './binder.ts';
import type { Argument, Bound, Evaluate, Value } from './bound.ts';
import { spend } from './budget.ts';
import { commonType } from './common-type.ts';
import { defaultOf } from './default-value.ts';
import { raise } from './evaluation-error.ts';
import { findMembers } from './members.ts';
import { groupOf } from './method-group.ts';
import { resolveCall } from './overloads.ts';
import { resolveType } from './resolve-type.ts';
import type { Scope } from './scope.ts';
import { child, field, refuse, type Syntax } from './syntax.ts';
import { arrayOf, type CsType, getType } from './types.ts';
import { typedArray } from './values/boxed.ts';

/** Calls and creations. */
export const CALLS: Readonly<Record<string, Bind>> = {
  invocation_expression: bindInvocation,
  object_creation_expression: bindCreation,
  array_creation_expression: bindArrayCreation,
  implicit_array_creation_expression: (syntax, scope, binder) =>
    arrayWith(null, child(syntax), scope, binder),
  anonymous_object_creation_expression: bindAnonymous,
};

function bindInvocation(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const target = field(syntax, 'function');
  const list = field(syntax, 'arguments');
  if (target.text === 'nameof' && !scope.read('nameof', target)) return nameOf(syntax, list, scope, binder);
  const bound = bindCalled(target, scope, binder);
  if (bound.kind === 'group') return { ...resolveCall(bound, bindArguments(list, scope, binder)), syntax };
  const value = asValue(bound);
  return refuse(syntax, `A ${value.type.name} cannot be called: Microsoft's list of types has no delegates.`);
}

function nameOf(syntax: Syntax, list: Syntax, scope: Scope, binder: Binder): Value {
  const expression = child(child(list));
  // Only the receiver of a member access is looked up: nameof may name instance members of a type.
  binder.bind(expression.fields.expression ?? expression, scope);
  return constantOf(syntax, getType('string'), (expression.fields.name ?? expression).text);
}

function bindCreation(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const type = resolveType(field(syntax, 'type'));
  const list = syntax.fields.arguments;
  const given = list ? bindArguments(list, scope, binder) : [];
  const created = { ...construct(type, given, syntax), syntax };
  const initializer = syntax.fields.initializer;
  return initializer ? initialized(created, initializer, scope, binder) : created;
}

function construct(type: CsType, given: readonly Argument[], syntax: Syntax): Value {
  if (type.definition.kind === 'struct' && given.length === 0)
    return valueOf(syntax, type, () => defaultOf(type));
  const candidates = findMembers(type, 'constructor', 'new').filter(
    ({ member }) => member.owner === type.definition,
  );
  if (candidates.length === 0) return refuse(syntax, `A new ${type.name} is not supported.`);
  return resolveCall(groupOf({ syntax, method: `new ${type.name}`, receiver: null, candidates }), given);
}

function initialized(created: Value, initializer: Syntax, scope: Scope, binder: Binder): Value {
  const slot = scope.temporary();
  const self: Value = { ...created, evaluate: (frame) => frame.slots[slot] };
  const steps = initializer.named.map((item) => initializerStep(self, item, scope, binder));
  return {
    ...created,
    evaluate: (frame) => {
      const value = created.evaluate(frame);
      for (const step of steps) {
        frame.slots[slot] = value;
        step(frame);
      }
      return value;
    },
  };
}

function initializerStep(self: Value, item: Syntax, scope: Scope, binder: Binder): Evaluate {
  if (item.kind === 'assignment_expression') {
    const left = field(item, 'left');
    const target =
      left.kind === 'element_binding_expression'
        ? elementAccess(self, left, scope, binder)
        : settable(self, left);
    const { place, type } = target;
    if (!place) return refuse(left, `${left.text} cannot be set.`);
    const value = convertTo(binder.bindArgument(field(item, 'right'), scope), type, item);
    return (frame) => place(frame).set(value(frame));
  }
  const candidates = findMembers(self.type, 'method', 'Add');
  if (candidates.length === 0) return refuse(item, `A ${self.type.name} cannot be initialized with items.`);
  const parts = item.kind === 'initializer_expression' ? item.named : [item];
  const values = parts.map((part) => binder.bindArgument(part, scope));
  return resolveCall(groupOf({ syntax: item, method: 'Add', receiver: self, candidates }), values).evaluate;
}

function settable(self: Value, name: Syntax): Value {
  const setter = findMembers(self.type, 'property', name.text).find(({ member }) => member.setter);
  if (!setter) return refuse(name, `${self.type.name}.${name.text} cannot be set.`);
  const set = setter.member.implementation;
  return {
    ...valueOf(name, setter.type, self.evaluate),
    place: (frame) => {
      const target = self.evaluate(frame);
      return { get: () => null, set: (value) => void set(target, value) };
    },
  };
}

function bindArrayCreation(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const typeSyntax = field(syntax, 'type');
  const element = resolveType(field(typeSyntax, 'type'));
  const initializer = syntax.named.find(({ kind }) => kind === 'initializer_expression');
  if (initializer) return arrayWith(element, initializer, scope, binder);
  const [size, second] = field(typeSyntax, 'rank').named;
  if (second) return refuse(second, 'An array of several dimensions is not supported.');
  if (!size) return refuse(syntax, 'An array needs a size or items.');
  const length = convertTo(binder.value(size, scope), getType('int'), size);
  return valueOf(syntax, arrayOf(element), (frame) => {
    const count = length(frame) as number;
    if (count < 0) raise('OverflowException', 'Arithmetic operation resulted in an overflow.');
    spend(count);
    if (element.name === 'byte') return new Uint8Array(count);
    return typedArray(
      Array.from({ length: count }, () => defaultOf(element)),
      element,
    );
  });
}

/** An array of these items; without an element type, of the best common one. */
function arrayWith(element: CsType | null, initializer: Syntax, scope: Scope, binder: Binder): Value {
  const items = initializer.named.map((item) => binder.bindArgument(item, scope));
  const type = element ?? commonType(items) ?? refuse(initializer, 'The items have no common type.');
  const values = items.map((item, index) => convertTo(item, type, initializer.named[index] ?? initializer));
  return valueOf(initializer, arrayOf(type), (frame) => {
    spend(values.length);
    const evaluated = values.map((evaluate) => evaluate(frame));
    return type.name === 'byte' ? Uint8Array.from(evaluated as number[]) : typedArray(evaluated, type);
  });
}

function bindAnonymous(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const names: string[] = [];
  const values: Value[] = [];
  const parts = syntax.children.filter(({ kind }) => !['new', '{', '}', ','].includes(kind));
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] ?? syntax;
    const named = parts[index + 1]?.kind === '=';
    const expression = named ? (parts[index + 2] ?? syntax) : part;
    names.push(named ? part.text : (expression.fields.name ?? expression).text);
    values.push(binder.value(expression, scope));
    if (named) index += 2;
  }
  const type = anonymousType(
    names,
    values.map((value) => value.type),
  );
  return valueOf(
    syntax,
    type,
    (frame) =>
      new AnonymousObject(
        type,
        values.map(({ evaluate }) => evaluate(frame)),
      ),
  );
}
