import { child, field, refuse, type Syntax } from './syntax.ts';
import {
  arrayOf,
  type CsType,
  findDefinition,
  isNamespace,
  isValueType,
  makeType,
  nullableOf,
} from './types.ts';

/** Returns the type that a piece of source names. @throws ExpressionError where it is unknown or unsupported. */
export function resolveType(syntax: Syntax): CsType {
  return findType(syntax) ?? refuse(syntax, `The type ${syntax.text} is not supported.`);
}

/** Finds the type that a piece of source names, or null where it names none. */
export function findType(syntax: Syntax): CsType | null {
  switch (syntax.kind) {
    case 'predefined_type':
    case 'identifier':
      return named(syntax.text, []);
    case 'generic_name': {
      const list = syntax.named[1];
      return list ? named(child(syntax).text, list.named.map(resolveType)) : null;
    }
    case 'nullable_type': {
      const inner = resolveType(field(syntax, 'type'));
      return isValueType(inner)
        ? nullableOf(inner)
        : refuse(syntax, `${inner.name} can be null anyway; C# 7 has no ${syntax.text}.`);
    }
    case 'array_type': {
      const rank = field(syntax, 'rank');
      if (rank.text.includes(',')) return refuse(rank, 'An array of several dimensions is not supported.');
      return arrayOf(resolveType(field(syntax, 'type')));
    }
    case 'qualified_name':
    case 'member_access_expression': {
      const qualifier = syntax.fields.qualifier ?? syntax.fields.expression;
      const name = syntax.fields.name;
      const type = name && qualifier && isNamespace(qualifier.text) ? findType(name) : null;
      return type?.definition.namespace === qualifier?.text ? type : null;
    }
    default:
      return null;
  }
}

function named(name: string, args: readonly CsType[]): CsType | null {
  if (/[^A-Za-z0-9]/.test(name)) return null;
  const definition = findDefinition(name, args.length);
  if (!definition || definition.kind === 'special') return null;
  const [inner] = args;
  if (definition.name === 'Nullable') return inner ? nullableOf(inner) : null;
  // An array is written `T[]`; `Array` without arguments is where its static members are.
  if (definition.name === 'Array' && inner) return null;
  return makeType(definition, args);
}
