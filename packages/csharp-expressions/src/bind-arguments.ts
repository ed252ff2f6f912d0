import type { Binder } from './binder.ts';
import type { Argument, OutArgument } from './bound.ts';
import { resolveType } from './resolve-type.ts';
import type { Scope } from './scope.ts';
import { field, hasToken, refuse, type Syntax } from './syntax.ts';

/** Returns the arguments between parentheses or brackets. */
export function bindArguments(list: Syntax, scope: Scope, binder: Binder): Argument[] {
  return list.named.map((argument) => {
    if (hasToken(argument, 'ref') || hasToken(argument, 'in'))
      return refuse(argument, 'ref and in are not supported.');
    const name = argument.fields.name?.text;
    const expression = argument.named.at(-1) ?? argument;
    const bound = hasToken(argument, 'out')
      ? bindOut(expression, scope, binder)
      : binder.bindArgument(expression, scope);
    return name === undefined ? bound : { ...bound, name };
  });
}

function bindOut(syntax: Syntax, scope: Scope, binder: Binder): OutArgument {
  if (syntax.kind === 'declaration_expression') {
    const typeSyntax = field(syntax, 'type');
    const type = typeSyntax.kind === 'implicit_type' ? null : resolveType(typeSyntax);
    const nameSyntax = field(syntax, 'name');
    if (nameSyntax.kind === 'discard' || nameSyntax.text === '_') return discard(syntax);
    let slot: number | undefined;
    return {
      kind: 'out',
      syntax,
      type,
      declare: (actual) => {
        slot ??= scope.declare(nameSyntax.text, actual, nameSyntax);
        const target = slot;
        return (frame, value) => void (frame.slots[target] = value);
      },
    };
  }
  if (syntax.text === '_') return discard(syntax);
  if (syntax.kind === 'identifier') scope.assign(syntax.text);
  const variable = binder.value(syntax, scope);
  const { place, type } = variable;
  if (!place) return refuse(syntax, 'An out argument has to be a variable.');
  return { kind: 'out', syntax, type, declare: () => (frame, value) => place(frame).set(value) };
}

function discard(syntax: Syntax): OutArgument {
  return { kind: 'out', syntax, type: null, declare: () => () => undefined };
}
