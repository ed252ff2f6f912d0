import { createRequire } from 'node:module';
import ts from 'typescript';

const require = createRequire(import.meta.url);

/** A type of a package's declarations, with the checker that knows it. */
export interface PublishedType {
  readonly type: ts.Type;
  readonly checker: ts.TypeChecker;
}

/**
 * Reads the declarations of modules of packages.
 * @returns a function that returns an exported type of one of them, and throws an Error if the module lacks it
 */
export function readModules(modules: readonly string[]): (module: string, name: string) => PublishedType {
  const files = new Map(modules.map((module) => [module, require.resolve(module).replace(/\.js$/, '.d.ts')]));
  const program = ts.createProgram([...files.values()], { strict: true, skipLibCheck: true, types: [] });
  const checker = program.getTypeChecker();
  return (module, name) => {
    const source = program.getSourceFile(files.get(module) ?? '');
    const symbol = source && checker.getSymbolAtLocation(source);
    const found = symbol && checker.getExportsOfModule(symbol).find((one) => one.name === name);
    if (!found) throw new Error(`${module} does not export ${name}`);
    return { type: checker.getDeclaredTypeOfSymbol(found), checker };
  };
}

/** Lists the object types among the alternatives of a type and of its lists' items. */
export function objectsOf({ type, checker }: PublishedType): ts.Type[] {
  if (type.isUnion()) return type.types.flatMap((one) => objectsOf({ type: one, checker }));
  const item = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
  if (item && (type.flags & ts.TypeFlags.StringLike) === 0) return objectsOf({ type: item, checker });
  return (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0 ? [] : [type];
}

/** Lists the texts that a member of an object may be; empty if the object lacks it or it may be any text. */
export function textsOf(object: PublishedType, member: string): string[] {
  const property = object.type.getProperty(member);
  if (!property) return [];
  const type = object.checker.getTypeOfSymbol(property);
  return (type.isUnion() ? type.types : [type]).flatMap((one) => (one.isStringLiteral() ? [one.value] : []));
}

/** Lists the members of an object with their types. Those of a dictionary have names of the caller's own and are left out. */
export function membersOf({ type, checker }: PublishedType): [string, PublishedType][] {
  return checker
    .getPropertiesOfType(type)
    .map((property) => [property.name, { type: checker.getTypeOfSymbol(property), checker }]);
}
