import { raise } from './evaluation-error.ts';
import {
  allInterfaces,
  baseOf,
  type Candidate,
  candidateOf,
  lineage,
  membersOf,
  oncePerType,
} from './members.ts';
import { isNumeric, NUMERIC_TYPES, numericConversion } from './numeric.ts';
import {
  clrNameOf,
  type CsType,
  isArray,
  isNullable,
  isReferenceType,
  isValueType,
  withoutNullable,
} from './types.ts';
import { box, typeOfValue, unbox } from './values/boxed.ts';

/** Makes a value of one type a value of another. */
export type Convert = (value: unknown) => unknown;

/** The identity conversion. */
export const identity: Convert = (value) => value;

/** Returns whether values of one type are values of the other unchanged: by inheritance, interfaces or variance. */
export function isSubtype(from: CsType, to: CsType): boolean {
  if (from === to || to.name === 'object') return true;
  if (isVariant(from, to)) return true;
  if (to.definition.kind === 'interface')
    return allInterfaces(from).some((type) => type === to || isVariant(type, to));
  if (isArray(from) && isArray(to)) return isVariantArgument(from.args[0], to.args[0]);
  for (let base = baseOf(from); base; base = baseOf(base)) if (base === to) return true;
  return false;
}

/** C#'s implicit conversion between types, or null where there is none. */
export function implicitConversion(from: CsType, to: CsType): Convert | null {
  return standardImplicit(from, to) ?? userConversion(from, to, false);
}

/** C#'s cast between types, or null where there is none. */
export function explicitConversion(from: CsType, to: CsType, checked = false): Convert | null {
  return standardImplicit(from, to) ?? standardExplicit(from, to, checked) ?? userConversion(from, to, true);
}

/** Returns whether a non-null `object` is of a type, as `is` asks. */
export function isInstance(value: unknown, type: CsType): boolean {
  return isSubtype(typeOfValue(value), withoutNullable(type));
}

function standardImplicit(from: CsType, to: CsType): Convert | null {
  if (from === to) return identity;
  if (from.name === 'null') return isNullable(to) || isReferenceType(to) ? identity : null;
  if (from.name === 'void' || to.name === 'void') return null;
  if (isNullable(to)) {
    const inner = standardImplicit(withoutNullable(from), withoutNullable(to));
    return inner && (inner === identity ? identity : lifted(inner));
  }
  if (isNumeric(from.name) && NUMERIC_TYPES[from.name]?.widens.includes(to.name))
    return numericConversion(from.name, to.name);
  if (isValueType(from))
    return isReferenceType(to) && isSubtype(withoutNullable(from), to) ? (value) => box(value, from) : null;
  return isReferenceType(from) && isReferenceType(to) && isSubtype(from, to) ? identity : null;
}

function standardExplicit(from: CsType, to: CsType, checked: boolean): Convert | null {
  if (isNullable(from) && !isNullable(to) && isValueType(to)) {
    const inner = explicitConversion(withoutNullable(from), to, checked);
    return (
      inner &&
      ((value) =>
        value === null
          ? raise('InvalidOperationException', 'Nullable object must have a value.')
          : inner(value))
    );
  }
  if (isNullable(to) && isValueType(from)) {
    const inner = explicitConversion(withoutNullable(from), withoutNullable(to), checked);
    return inner && lifted(inner);
  }
  const numbers = [from, to].map((type) => (type.definition.kind === 'enum' ? 'int' : type.name));
  const [source = '', target = ''] = numbers;
  if (isNumeric(source) && isNumeric(target)) return numericConversion(source, target, checked);
  if (isReferenceType(from) && isValueType(to))
    return isSubtype(withoutNullable(to), from) ? unboxing(to) : null;
  if (!isReferenceType(from) || !isReferenceType(to)) return null;
  const related =
    isSubtype(to, from) || from.definition.kind === 'interface' || to.definition.kind === 'interface';
  return related ? downcast(to) : null;
}

function downcast(to: CsType): Convert {
  // By far the most casts are to string.
  const isOne = to.name === 'string' ? isString : (value: unknown): boolean => isInstance(value, to);
  return (value) => (value === null || isOne(value) ? value : invalidCast(value, to));
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function unboxing(to: CsType): Convert {
  const inner = withoutNullable(to);
  return (value) => {
    if (value === null)
      return isNullable(to)
        ? null
        : raise('NullReferenceException', 'Object reference not set to an instance of an object.');
    return typeOfValue(value) === inner ? unbox(value) : invalidCast(value, inner);
  };
}

function invalidCast(value: unknown, to: CsType): never {
  const from = clrNameOf(typeOfValue(value));
  raise('InvalidCastException', `Unable to cast object of type '${from}' to type '${clrNameOf(to)}'.`);
}

function lifted(convert: Convert): Convert {
  return (value) => (value === null ? null : convert(value));
}

// User-defined conversions of either type, with a standard conversion before and after where needed.
function userConversion(from: CsType, to: CsType, explicit: boolean): Convert | null {
  let best: { candidate: Candidate; before: Convert; after: Convert; exact: number } | null = null;
  for (const candidate of userConversions(from, to)) {
    if (!explicit && candidate.member.kind === 'explicit') continue;
    const [parameter] = candidate.parameters;
    if (!parameter) continue;
    const before = standardImplicit(from, parameter.type);
    const after =
      standardImplicit(candidate.type, to) ?? (explicit ? standardExplicit(candidate.type, to, false) : null);
    if (!before || !after) continue;
    const exact = (candidate.type === to ? 2 : 0) + (parameter.type === from ? 1 : 0);
    if (!best || exact > best.exact) best = { candidate, before, after, exact };
  }
  if (!best) return null;
  const { before, after } = best;
  const { implementation } = best.candidate.member;
  return (value) => after(implementation(before(value)));
}

function userConversions(from: CsType, to: CsType): Candidate[] {
  return [...declaredConversions(withoutNullable(from)), ...declaredConversions(withoutNullable(to))];
}

/** The conversions that a type and its bases declare. */
const declaredConversions = oncePerType((type) =>
  lineage(type).flatMap((owner) =>
    membersOf(owner.definition)
      .filter(({ kind }) => kind === 'implicit' || kind === 'explicit')
      .map((member) => candidateOf(member, owner)),
  ),
);

function isVariant(from: CsType, to: CsType): boolean {
  if (from.definition !== to.definition || !to.definition.covariant) return false;
  return to.args.every((argument, index) => isVariantArgument(from.args[index], argument));
}

function isVariantArgument(from: CsType | undefined, to: CsType | undefined): boolean {
  return (
    from !== undefined &&
    to !== undefined &&
    (from === to || (isReferenceType(from) && isReferenceType(to) && isSubtype(from, to)))
  );
}
