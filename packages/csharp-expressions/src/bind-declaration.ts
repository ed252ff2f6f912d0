import { convertTo } from './bind-conversion.ts';
import { resolveType } from './resolve-type.ts';
import type { Scope } from './scope.ts';
import { runInOrder, simple, type Statement, type Surroundings } from './statement.ts';
import { field, hasToken, refuse, type Syntax } from './syntax.ts';

/** `T a = 1, b;` or a `const` as a statement. */
export function bindDeclaration(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  if (hasToken(syntax, 'using')) return refuse(syntax, 'using is not supported.');
  const isConstant = syntax.named.some(({ kind, text }) => kind === 'modifier' && text === 'const');
  const declaration = syntax.named.find(({ kind }) => kind === 'variable_declaration') ?? syntax;
  return bindVariables(declaration, scope, surroundings, isConstant);
}

/** `T a = 1, b`, also in `for`. */
export function bindVariables(
  declaration: Syntax,
  scope: Scope,
  { binder }: Surroundings,
  isConstant = false,
): Statement {
  const typeSyntax = field(declaration, 'type');
  const steps = declaration.named
    .filter(({ kind }) => kind === 'variable_declarator')
    .map((declarator) => {
      const name = field(declarator, 'name');
      if (name.kind !== 'identifier') return refuse(name, 'A tuple is not supported.');
      const initial = declarator.named.length > 1 ? declarator.named.at(-1) : undefined;
      const inferred = typeSyntax.kind === 'implicit_type';
      if (!initial) {
        if (inferred || isConstant) return refuse(name, `"${name.text}" needs a value.`);
        const type = resolveType(typeSyntax);
        scope.declareUnassigned(name.text, type, name);
        return simple(() => undefined);
      }
      if (inferred) {
        const value = binder.value(initial, scope);
        if (value.type.name === 'null')
          return refuse(initial, 'var needs a value with a type; null has none.');
        const slot = scope.declare(name.text, value.type, name);
        return simple((frame) => void (frame.slots[slot] = value.evaluate(frame)));
      }
      const type = resolveType(typeSyntax);
      if (initial.kind === 'initializer_expression')
        return refuse(initial, 'Write new T[] before the items.');
      const bound = binder.bindArgument(initial, scope);
      const evaluate = convertTo(bound, type, initial);
      if (isConstant && (bound.kind !== 'value' || !bound.constant))
        return refuse(initial, 'A const needs a constant.');
      const constant = isConstant
        ? { value: evaluate({ slots: [], parent: null, run: { result: null } as never }) }
        : undefined;
      const slot = scope.declare(name.text, type, name, constant);
      return simple((frame) => void (frame.slots[slot] = evaluate(frame)));
    });
  return { completes: true, breaks: false, run: runInOrder(steps.map(({ run }) => run)) };
}
