import { convertTo } from './bind-conversion.ts';
import type { Binder } from './binder.ts';
import type { Frame } from './bound.ts';
import { explicitConversion, isInstance } from './conversions.ts';
import { defaultOf } from './default-value.ts';
import { findType, resolveType } from './resolve-type.ts';
import type { Scope } from './scope.ts';
import { child, field, refuse, type Syntax } from './syntax.ts';
import { type CsType, isReferenceType } from './types.ts';
import { box, unbox } from './values/boxed.ts';
import { valuesEqual } from './values/equality.ts';

/** Tests a value of the subject's type, and sets the pattern's variable where it has one. */
export type PatternTest = (frame: Frame, value: unknown) => boolean;

/** C# 7's patterns: a type, a type with a name, a constant, null, var. */
export function bindPattern(pattern: Syntax, subject: CsType, scope: Scope, binder: Binder): PatternTest {
  switch (pattern.kind) {
    case 'constant_pattern': {
      const inner = child(pattern);
      const type = isTypeName(inner, scope) ? findType(inner) : null;
      return type ? typeTest(type, subject, pattern) : constantTest(inner, subject, scope, binder);
    }
    case 'type_pattern':
      return typeTest(resolveType(field(pattern, 'type')), subject, pattern);
    case 'declaration_pattern':
      return declarationTest(pattern, subject, scope);
    case 'var_pattern': {
      const slot = scope.declare(field(pattern, 'name').text, subject, pattern);
      return (frame, value) => {
        frame.slots[slot] = value;
        return true;
      };
    }
    default: {
      const type = findType(pattern);
      return type
        ? typeTest(type, subject, pattern)
        : refuse(pattern, `The pattern ${pattern.text} is not C# 7, or not supported.`);
    }
  }
}

function isTypeName(syntax: Syntax, scope: Scope): boolean {
  return syntax.kind !== 'identifier' || scope.read(syntax.text, syntax) === null;
}

function typeTest(type: CsType, subject: CsType, syntax: Syntax): PatternTest {
  if (!explicitConversion(subject, type)) return refuse(syntax, `A ${subject.name} is never a ${type.name}.`);
  return (_frame, value) => {
    const boxed = box(value, subject);
    return boxed !== null && isInstance(boxed, type);
  };
}

function declarationTest(pattern: Syntax, subject: CsType, scope: Scope): PatternTest {
  const typeSyntax = field(pattern, 'type');
  const name = field(pattern, 'name');
  const type = typeSyntax.kind === 'implicit_type' ? subject : resolveType(typeSyntax);
  if (name.text === '_') return typeTest(type, subject, pattern);
  const slot = scope.declare(name.text, type, name);
  if (type === subject && typeSyntax.kind === 'implicit_type') {
    return (frame, value) => {
      frame.slots[slot] = value;
      return true;
    };
  }
  const test = typeTest(type, subject, pattern);
  const unset = defaultOf(type);
  return (frame, value) => {
    frame.slots[slot] = unset;
    if (!test(frame, value)) return false;
    const boxed = box(value, subject);
    frame.slots[slot] = isReferenceType(type) ? boxed : unbox(boxed);
    return true;
  };
}

function constantTest(syntax: Syntax, subject: CsType, scope: Scope, binder: Binder): PatternTest {
  const value = binder.value(syntax, scope);
  if (!value.constant) return refuse(syntax, 'A pattern needs a constant.');
  const { constant, type } = value;
  if (type.name === 'null') return (_frame, tested) => tested === null;
  if (subject.name === 'object') {
    const expected = box(constant.value, type);
    return (_frame, tested) => valuesEqual(tested, expected);
  }
  const expected = convertTo(value, subject, syntax);
  return (frame, tested) => valuesEqual(tested, expected(frame));
}
