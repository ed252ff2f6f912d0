import type { Implementation } from './signature.ts';

/** The kind of a type, which decides its conversions; `parameter` is a generic parameter of a signature. */
export type TypeKind =
  'class' | 'struct' | 'interface' | 'enum' | 'delegate' | 'static' | 'parameter' | 'special';

/** Implementations by C# signature; see `signature.ts` for the forms. */
export type Members = Readonly<Record<string, Implementation>>;

/** One C# type that expressions may use, as the library declares it. */
export interface TypeDeclaration {
  /** C#'s own name with its parameters: `int`, `List<T>`. */
  readonly name: string;
  readonly namespace: string;
  /** The name in .NET where C# has a keyword for it. */
  readonly clrName?: string;
  readonly kind: TypeKind;
  /** `object` when left out. */
  readonly base?: string;
  readonly interfaces?: readonly string[];
  readonly members?: Members;
  /** Names of an enum by value. */
  readonly values?: Readonly<Record<string, number>>;
  readonly flags?: boolean;
  /** Not in Microsoft's list: its values occur, but an expression can't name one. */
  readonly unlisted?: boolean;
  /** The item type of `foreach` where that isn't the `T` of `IEnumerable<T>`. */
  readonly element?: string;
  readonly enumerate?: (value: never) => Iterable<unknown>;
  /** Covariant parameters: a List<string> is an IEnumerable<object>. */
  readonly covariant?: boolean;
}

/** A declaration in the table, its name taken apart. */
export interface TypeDefinition extends TypeDeclaration {
  readonly parameters: readonly string[];
}

/** A C# type; the same type is always the same object. */
export interface CsType {
  readonly name: string;
  readonly definition: TypeDefinition;
  readonly args: readonly CsType[];
}

const definitions = new Map<string, TypeDefinition>();
const clrAliases = new Map<string, TypeDefinition>();
const namespaces = new Set<string>();
const constructed = new Map<string, CsType>();
/** Types that were asked for by name: expressions ask for the same few whenever they run. */
const found = new Map<string, Found>();

interface Found {
  type?: CsType;
  readonly byArgument: Map<CsType, Found>;
}

/** Adds types to the table. */
export function declareTypes(declarations: readonly TypeDeclaration[]): void {
  for (const declaration of declarations) {
    const [name = '', list] = declaration.name.replace('>', '').split('<');
    const parameters = list?.split(',').map((parameter) => parameter.trim()) ?? [];
    const definition = { ...declaration, name, parameters };
    definitions.set(`${name}\`${parameters.length}`, definition);
    if (declaration.clrName) clrAliases.set(declaration.clrName, definition);
    const parts = declaration.namespace.split('.');
    parts.forEach((_, index) => namespaces.add(parts.slice(0, index + 1).join('.')));
  }
}

/** Finds the definition with this name and number of type arguments. */
export function findDefinition(name: string, arity: number): TypeDefinition | undefined {
  return definitions.get(`${name}\`${arity}`) ?? (arity === 0 ? clrAliases.get(name) : undefined);
}

/** Returns whether any type is in the namespace. */
export function isNamespace(name: string): boolean {
  return namespaces.has(name);
}

/** Returns every type of the table. */
export function allDefinitions(): Iterable<TypeDefinition> {
  return definitions.values();
}

/** Returns the type made of a definition and its arguments. */
export function makeType(definition: TypeDefinition, args: readonly CsType[] = []): CsType {
  const name = displayName(definition, args);
  const key = definition.kind === 'parameter' ? `'${name}` : name;
  const existing = constructed.get(key);
  if (existing) return existing;
  const type = { name, definition, args };
  constructed.set(key, type);
  return type;
}

/** Returns a type of the table by name. The name must exist. */
export function getType(name: string, ...args: readonly CsType[]): CsType {
  let place = entry(found, name);
  for (const argument of args) place = entry(place.byArgument, argument);
  return (place.type ??= lookUp(name, args));
}

function entry<Key>(places: Map<Key, Found>, key: Key): Found {
  const known = places.get(key);
  if (known) return known;
  const place: Found = { byArgument: new Map() };
  places.set(key, place);
  return place;
}

function lookUp(name: string, args: readonly CsType[]): CsType {
  const definition = findDefinition(name, args.length);
  if (!definition) throw new Error(`The type table has no ${name} of ${args.length} type arguments.`);
  return makeType(definition, args);
}

/** Returns a type for a module that is loaded before the table has it: looked up when it is first asked for. */
export function laterType(find: () => CsType): () => CsType {
  let type: CsType | undefined;
  return () => (type ??= find());
}

/** Returns a generic parameter of a signature. */
export function parameterType(name: string): CsType {
  return makeType({ name, namespace: '', kind: 'parameter', parameters: [] });
}

/** `T[]`. */
export function arrayOf(element: CsType): CsType {
  return getType('Array', element);
}

/** `T?` for a value type; any other type as it is. */
export function nullableOf(type: CsType): CsType {
  return isNullable(type) || !isValueType(type) ? type : getType('Nullable', type);
}

/** Returns whether a type is `T?`. */
export function isNullable(type: CsType): boolean {
  return type.definition.name === 'Nullable' && type.args.length === 1;
}

/** Returns the type under a `?`, or the type itself. */
export function withoutNullable(type: CsType): CsType {
  return isNullable(type) ? (type.args[0] ?? type) : type;
}

/** Returns whether a type is `T[]`. */
export function isArray(type: CsType): boolean {
  return type.definition.name === 'Array' && type.args.length === 1;
}

/** Returns whether a type is a struct or an enum. */
export function isValueType(type: CsType): boolean {
  return type.definition.kind === 'struct' || type.definition.kind === 'enum';
}

/** Returns whether values of a type can be null without being `Nullable`. */
export function isReferenceType(type: CsType): boolean {
  return ['class', 'interface', 'delegate'].includes(type.definition.kind);
}

/** Replaces generic parameters by types; those without a replacement stay. */
export function substitute(type: CsType, replacements: ReadonlyMap<string, CsType>): CsType {
  if (type.definition.kind === 'parameter') return replacements.get(type.name) ?? type;
  if (type.args.length === 0) return type;
  return makeType(
    type.definition,
    type.args.map((argument) => substitute(argument, replacements)),
  );
}

/** Returns whether a type still has generic parameters in it. */
export function hasParameters(type: CsType): boolean {
  return type.definition.kind === 'parameter' || type.args.some(hasParameters);
}

/** Returns the name that .NET's `Type.ToString()` gives. */
export function clrNameOf(type: CsType): string {
  const [element] = type.args;
  if (isArray(type) && element) return `${clrNameOf(element)}[]`;
  const { namespace, clrName, name } = type.definition;
  const full = `${namespace}.${clrName ?? name}`;
  return type.args.length === 0
    ? full
    : `${full}\`${type.args.length}[${type.args.map(clrNameOf).join(',')}]`;
}

function displayName(definition: TypeDefinition, args: readonly CsType[]): string {
  const [first] = args;
  if (first && definition.name === 'Nullable') return `${first.name}?`;
  if (first && definition.name === 'Array') return `${first.name}[]`;
  return first ? `${definition.name}<${args.map((argument) => argument.name).join(', ')}>` : definition.name;
}
