import { convertTo } from './bind-conversion.ts';
import { asValue, type Binder } from './binder.ts';
import type { Bound, BoundLambda, Evaluate, Frame, Lambda } from './bound.ts';
import { spend } from './budget.ts';
import { resolveType } from './resolve-type.ts';
import type { Scope } from './scope.ts';
import { field, hasToken, refuse, type Syntax } from './syntax.ts';
import { type CsType, getType } from './types.ts';

/** Returns a lambda; its body gets its meaning once a call decides the delegate type. */
export function bindLambda(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  if (hasToken(syntax, 'async')) return refuse(syntax, 'async is not supported.');
  const list = field(syntax, 'parameters');
  const items = list.kind === 'implicit_parameter' ? [list] : list.named;
  const parameters = items.map((item) => {
    const type = item.fields.type;
    return { name: (item.fields.name ?? item).text, syntax: item, type: type ? resolveType(type) : null };
  });
  const body = field(syntax, 'body');
  const lambda: Lambda = {
    kind: 'lambda',
    syntax,
    parameters,
    body,
    bind: (types, result) => bindBody(lambda, types, result, scope, binder),
  };
  return lambda;
}

function bindBody(
  { parameters, body }: Lambda,
  types: readonly CsType[],
  result: CsType | null,
  outer: Scope,
  binder: Binder,
): BoundLambda {
  const scope = outer.frame();
  parameters.forEach(({ name, syntax }, index) => {
    if (name === '_') scope.temporary();
    else scope.declare(name, types[index] ?? getType('object'), syntax);
  });
  if (body.kind === 'block') {
    const block = binder.body(body, scope, result);
    return { result: block.result, evaluate: functionOf(block.run) };
  }
  const bound = asValue(binder.bind(body, scope));
  if (result === null || result.name === 'void')
    return { result: bound.type, evaluate: functionOf(bound.evaluate) };
  return { result, evaluate: functionOf(convertTo(bound, result, body)) };
}

function functionOf(run: Evaluate): Evaluate {
  return (parent: Frame) =>
    (...slots: unknown[]) => {
      spend();
      return run({ slots, parent, run: parent.run });
    };
}
