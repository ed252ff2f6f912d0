import { type Member, type MemberKind, type Parameter, parseSignature, parseTypeName } from './signature.ts';
import { allDefinitions, type CsType, getType, substitute, type TypeDefinition } from './types.ts';

/** A member seen through a type: the type's arguments are filled in, the method's own parameters are still open. */
export interface Candidate {
  readonly member: Member;
  readonly parameters: readonly Parameter[];
  readonly type: CsType;
  /** The type arguments of the owner, in its order. */
  readonly ownerArguments: readonly CsType[];
}

const parsed = new WeakMap<TypeDefinition, readonly Member[]>();
let extensions: Map<string, Member[]> | undefined;

/** Returns every member that a type declares itself. */
export function membersOf(definition: TypeDefinition): readonly Member[] {
  let members = parsed.get(definition);
  if (!members) {
    members = Object.entries(definition.members ?? {}).map(([signature, implementation]) =>
      parseSignature(signature, definition, implementation),
    );
    parsed.set(definition, members);
  }
  return members;
}

/** Members of a type and what it inherits; the most derived type that has any wins, unless they are overloads. */
export function findMembers(type: CsType, kind: MemberKind, name: string): readonly Candidate[] {
  const known = candidates(type);
  const key = `${kind} ${name}`;
  const found = known.get(key) ?? inheritedMembers(type, kind, name);
  known.set(key, found);
  return found;
}

const candidates = oncePerType(() => new Map<string, readonly Candidate[]>());

function inheritedMembers(type: CsType, kind: MemberKind, name: string): Candidate[] {
  const found: Candidate[] = [];
  for (const owner of lineage(type)) {
    for (const member of membersOf(owner.definition)) {
      if (member.kind !== kind || member.name !== name || member.isExtension) continue;
      const candidate = candidateOf(member, owner);
      if (!found.some((other) => sameParameters(other, candidate))) found.push(candidate);
    }
    if (found.length > 0 && kind !== 'method') return found;
  }
  return found;
}

/** Extension methods by name, whatever they extend. */
export function findExtensions(name: string): Candidate[] {
  if (!extensions) {
    extensions = new Map();
    for (const definition of allDefinitions()) {
      if (definition.kind !== 'static') continue;
      for (const member of membersOf(definition)) {
        if (member.isExtension) extensions.set(member.name, [...(extensions.get(member.name) ?? []), member]);
      }
    }
  }
  return (extensions.get(name) ?? []).map((member) => candidateOf(member, getType(member.owner.name)));
}

/** Returns the type, its bases, and for an interface what it extends; `object` last. */
export const lineage = oncePerType((type): readonly CsType[] => {
  const types = [type];
  const object = getType('object');
  if (type.definition.kind === 'interface') types.push(...allInterfaces(type));
  for (let base = baseOf(type); base; base = baseOf(base)) types.push(base);
  return types.includes(object) ? types : [...types, object];
});

/** Returns the class that a type derives from; none for object. */
export const baseOf = oncePerType((type): CsType | undefined => {
  const { base } = type.definition;
  if (base !== undefined) return substitute(parseTypeName(base, type.definition), replacementsOf(type));
  return type.name === 'object' ? undefined : getType('object');
});

/** Returns every interface that a type has, through its bases too. */
export const allInterfaces = oncePerType((type): readonly CsType[] => {
  const found = new Set<CsType>();
  const visit = (current: CsType): void => {
    for (const name of current.definition.interfaces ?? []) {
      const implemented = substitute(parseTypeName(name, current.definition), replacementsOf(current));
      if (!found.has(implemented)) {
        found.add(implemented);
        visit(implemented);
      }
    }
    const base = baseOf(current);
    if (base && current.definition.kind !== 'interface') visit(base);
  };
  visit(type);
  return [...found];
});

/**
 * Makes a question about types that is answered once for each type. The table of types is complete before the first
 * question.
 */
export function oncePerType<Fact>(find: (type: CsType) => Fact): (type: CsType) => Fact {
  const facts = new WeakMap<CsType, { readonly fact: Fact }>();
  return (type) => {
    const known = facts.get(type) ?? { fact: find(type) };
    facts.set(type, known);
    return known.fact;
  };
}

/** Fills the arguments of a type into one of its members. */
export function candidateOf(member: Member, owner: CsType): Candidate {
  const replacements = replacementsOf(owner);
  return {
    member,
    type: substitute(member.type, replacements),
    parameters: member.parameters.map((parameter) => ({
      ...parameter,
      type: substitute(parameter.type, replacements),
    })),
    ownerArguments: owner.args,
  };
}

function replacementsOf(type: CsType): Map<string, CsType> {
  return new Map(
    type.definition.parameters.map((name, index) => [name, type.args[index] ?? getType('object')]),
  );
}

function sameParameters(left: Candidate, right: Candidate): boolean {
  return (
    left.member.setter === right.member.setter &&
    left.member.typeParameters.length === right.member.typeParameters.length &&
    left.parameters.length === right.parameters.length &&
    left.parameters.every(({ type, mode }, index) => {
      const other = right.parameters[index];
      return other?.type === type && other.mode === mode;
    })
  );
}
