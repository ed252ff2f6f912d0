import { elementAccess } from './bind-elements.ts';
import { asValue, type Bind, type Binder, constantOf, valueOf } from './binder.ts';
import { type Bound, NULL_CHAIN, type Value } from './bound.ts';
import { invoke } from './invoke.ts';
import { linkOf } from './link.ts';
import { type Candidate, findExtensions, findMembers } from './members.ts';
import { groupOf } from './method-group.ts';
import { findType, resolveType } from './resolve-type.ts';
import type { Scope } from './scope.ts';
import { child, field, refuse, type Syntax } from './syntax.ts';
import { type CsType, getType, isNamespace, isNullable, withoutNullable } from './types.ts';

/** Names, alone or behind a dot. */
export const NAMES: Readonly<Record<string, Bind>> = {
  identifier: bindIdentifier,
  generic_name: (syntax) => bindTypeName(syntax),
  predefined_type: (syntax) => bindTypeName(syntax),
  member_access_expression: (syntax, scope, binder) => bindMemberAccess(syntax, scope, binder, false),
  conditional_access_expression: (syntax, scope, binder) =>
    bindConditionalAccess(syntax, scope, binder, false),
};

/**
 * Binds the target of a call. It passes over properties: `messages.Last()` is LINQ's, whatever `JToken.Last` is.
 * Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/expressions#125-member-lookup
 */
export function bindCalled(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  if (syntax.kind === 'member_access_expression') return bindMemberAccess(syntax, scope, binder, true);
  if (syntax.kind === 'conditional_access_expression')
    return bindConditionalAccess(syntax, scope, binder, true);
  return binder.bindLink(syntax, scope);
}

function bindIdentifier(syntax: Syntax, scope: Scope): Bound {
  const local = scope.read(syntax.text, syntax);
  if (local) return local;
  if (syntax.text === 'context') return valueOf(syntax, getType('IContext'), (frame) => frame.run.context);
  const type = findType(syntax);
  if (type) return { kind: 'type', syntax, type };
  if (isNamespace(syntax.text)) return { kind: 'namespace', syntax, name: syntax.text };
  return refuse(syntax, `The name "${syntax.text}" is not known.`);
}

function bindTypeName(syntax: Syntax): Bound {
  return { kind: 'type', syntax, type: resolveType(syntax) };
}

function bindMemberAccess(syntax: Syntax, scope: Scope, binder: Binder, isCalled: boolean): Bound {
  const name = field(syntax, 'name');
  const receiver = binder.bindLink(field(syntax, 'expression'), scope);
  if (receiver.kind === 'namespace') return inNamespace(receiver.name, name, syntax);
  if (receiver.kind === 'type') return staticMember(receiver.type, name);
  return memberOf(asValue(receiver), name, scope, binder, isCalled);
}

function bindConditionalAccess(syntax: Syntax, scope: Scope, binder: Binder, isCalled: boolean): Bound {
  const receiver = asValue(binder.bindLink(field(syntax, 'condition'), scope));
  if (!isNullable(receiver.type) && ['struct', 'enum'].includes(receiver.type.definition.kind)) {
    return refuse(syntax, `A ${receiver.type.name} is never null: use "." instead of "?.".`);
  }
  const { evaluate } = receiver;
  const link: Value = {
    kind: 'value',
    syntax: receiver.syntax,
    type: withoutNullable(receiver.type),
    chained: true,
    evaluate: (frame) => evaluate(frame) ?? NULL_CHAIN,
  };
  const binding = child(syntax, 1);
  if (binding.kind === 'member_binding_expression')
    return memberOf(link, child(binding), scope, binder, isCalled);
  if (binding.kind === 'element_binding_expression') return elementAccess(link, binding, scope, binder);
  return refuse(binding, 'This use of ?. is not supported.');
}

function inNamespace(namespace: string, name: Syntax, syntax: Syntax): Bound {
  const type = findType(name);
  if (type?.definition.namespace === namespace) return { kind: 'type', syntax: name, type };
  const inner = `${namespace}.${name.text}`;
  if (isNamespace(inner)) return { kind: 'namespace', syntax, name: inner };
  return refuse(name, `${namespace} has no ${name.text} that expressions may use.`);
}

function staticMember(type: CsType, nameSyntax: Syntax): Bound {
  const { name, typeArguments } = simpleName(nameSyntax);
  const member = type.definition.values?.[name];
  if (member !== undefined && !type.definition.unlisted) return constantOf(nameSyntax, type, member);
  const [property] = findMembers(type, 'property', name).filter(({ member: { isStatic } }) => isStatic);
  if (property) {
    const value = call(property, null, nameSyntax);
    return property.member.isConstant
      ? constantOf(nameSyntax, property.type, property.member.implementation())
      : value;
  }
  const candidates = findMembers(type, 'method', name).filter(({ member: { isStatic } }) => isStatic);
  const called = [
    ...candidates,
    ...findExtensions(name).filter(({ member: { owner } }) => owner === type.definition),
  ];
  if (called.length === 0) return refuse(nameSyntax, `${type.name}.${name} is not supported.`);
  return groupOf({ syntax: nameSyntax, method: name, receiver: null, candidates: called, typeArguments });
}

function memberOf(value: Value, nameSyntax: Syntax, scope: Scope, binder: Binder, isCalled: boolean): Bound {
  const { name, typeArguments } = simpleName(nameSyntax);
  if (value.type.name === 'null') return refuse(nameSyntax, 'null has no members.');
  noteBody(value, name, binder);
  const { receiver, guard } = linkOf(value, scope);
  const instance = (candidates: readonly Candidate[]): Candidate[] =>
    candidates.filter(({ member }) => !member.isStatic);
  const properties = instance(findMembers(receiver.type, 'property', name));
  const getter = properties.find(({ member }) => !member.setter);
  const setter = properties.find(({ member }) => member.setter);
  const candidates = instance(findMembers(receiver.type, 'method', name));
  const extensions = findExtensions(name);
  const isMethod = isCalled && candidates.length + extensions.length > 0;
  if (getter && !isMethod)
    return guard(withSetter(call(getter, receiver, nameSyntax), receiver, getter, setter));
  if (candidates.length + extensions.length === 0) {
    return refuse(nameSyntax, `${receiver.type.name} has no member ${name} that expressions may use.`);
  }
  return groupOf({
    syntax: nameSyntax,
    method: name,
    receiver,
    candidates,
    extensions,
    typeArguments,
    guard,
  });
}

function withSetter(value: Value, receiver: Value, getter: Candidate, setter: Candidate | undefined): Value {
  if (!setter) return value;
  const get = getter.member.implementation;
  const set = setter.member.implementation;
  return {
    ...value,
    place: (frame) => {
      const self = receiver.evaluate(frame);
      return { get: () => get(self), set: (next) => void set(self, next) };
    },
  };
}

function call(candidate: Candidate, receiver: Value | null, syntax: Syntax): Value {
  const { type } = candidate;
  return valueOf(
    syntax,
    type,
    invoke({ candidate, receiver, parameters: [], typeArguments: [], values: [], type }),
  );
}

function simpleName(syntax: Syntax): { name: string; typeArguments: readonly CsType[] } {
  if (syntax.kind !== 'generic_name') return { name: syntax.text, typeArguments: [] };
  return { name: child(syntax).text, typeArguments: child(syntax, 1).named.map(resolveType) };
}

// Bodies of the exchange have to be buffered first; one that came out of a variable is there already.
function noteBody({ type, syntax }: Value, name: string, binder: Binder): void {
  if (name !== 'Body' || syntax.kind === 'cast_expression' || syntax.kind === 'invocation_expression') return;
  if (type.name === 'IRequest') binder.reads.requestBody = true;
  if (type.name === 'IResponse') binder.reads.responseBody = true;
}
