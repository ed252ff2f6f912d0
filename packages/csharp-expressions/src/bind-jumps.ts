import { convertTo } from './bind-conversion.ts';
import type { Frame } from './bound.ts';
import { isSubtype } from './conversions.ts';
import { nullReference } from './invoke.ts';
import type { Scope } from './scope.ts';
import type { BindStatement, Signal, Statement, Surroundings } from './statement.ts';
import { child, refuse, type Syntax } from './syntax.ts';
import { getType } from './types.ts';

/** Statements that leave the ones after them unreached. */
export const JUMPS: Readonly<Record<string, BindStatement>> = {
  return_statement: bindReturn,
  throw_statement: bindThrow,
  break_statement: (syntax, _scope, { inLoop, inSwitch }) =>
    inLoop || inSwitch
      ? { ...jump('break'), breaks: true }
      : refuse(syntax, 'break needs a loop or a switch around it.'),
  continue_statement: (syntax, _scope, { inLoop }) =>
    inLoop ? jump('continue') : refuse(syntax, 'continue needs a loop around it.'),
};

function jump(signal: Signal): Statement {
  return { completes: false, breaks: false, run: () => signal };
}

function bindReturn(syntax: Syntax, scope: Scope, { binder, result, returned }: Surroundings): Statement {
  const [expression] = syntax.named;
  if (!expression) {
    if (result && result.name !== 'void') return refuse(syntax, `A ${result.name} has to be returned.`);
    return jump('return');
  }
  if (result?.name === 'void') return refuse(expression, 'Nothing can be returned here.');
  const bound = binder.bindArgument(expression, scope);
  if (bound.kind === 'value') returned.push(bound);
  const evaluate = result ? convertTo(bound, result, expression) : () => null;
  return { ...jump('return'), run: returning(evaluate) };
}

function returning(evaluate: (frame: Frame) => unknown): Statement['run'] {
  return (frame) => {
    const value = evaluate(frame);
    frame.run.result = value;
    return 'return';
  };
}

function bindThrow(syntax: Syntax, scope: Scope, { binder, caught }: Surroundings): Statement {
  const thrown =
    syntax.named.length === 0
      ? (caught ?? refuse(syntax, 'throw; needs a catch around it.'))
      : thrownBy(child(syntax));
  return {
    ...jump(undefined),
    run: (frame) => {
      throw (thrown(frame) ?? nullReference()) as Error;
    },
  };

  function thrownBy(expression: Syntax): (frame: Frame) => unknown {
    const value = binder.value(expression, scope);
    return isSubtype(value.type, getType('Exception'))
      ? value.evaluate
      : refuse(expression, 'Only an exception can be thrown.');
  }
}
