import { convertTo } from './bind-conversion.ts';
import { bindDeclaration } from './bind-declaration.ts';
import { JUMPS } from './bind-jumps.ts';
import { LOOPS } from './bind-loops.ts';
import { SWITCH } from './bind-switch.ts';
import { TRY } from './bind-try.ts';
import { USING } from './bind-using.ts';
import type { BindBody, Body } from './binder.ts';
import { spend } from './budget.ts';
import { commonType } from './common-type.ts';
import type { Scope } from './scope.ts';
import { type BindStatement, bindSequence, simple, type Statement, type Surroundings } from './statement.ts';
import { child, describe, field, hasToken, refuse, type Syntax } from './syntax.ts';
import { type CsType, getType } from './types.ts';

const STATEMENTS: Readonly<Record<string, BindStatement>> = {
  block: bindBlock,
  empty_statement: () => simple(() => undefined),
  local_declaration_statement: bindDeclaration,
  expression_statement: bindExpressionStatement,
  if_statement: bindIf,
  checked_statement: (syntax, scope, surroundings) =>
    surroundings.binder.withChecked(hasToken(syntax, 'checked'), () =>
      bindStatement(child(syntax), scope, surroundings),
    ),
  ...JUMPS,
  ...LOOPS,
  ...SWITCH,
  ...TRY,
  ...USING,
};

/** Binds a body; every path through one that gives a value has to return. */
export const bindBody: BindBody = (block, scope, binder, result): Body => {
  const surroundings: Surroundings = {
    binder,
    result,
    returned: [],
    caught: null,
    inLoop: false,
    inSwitch: false,
    bind: bindStatement,
  };
  const statement = bindStatement(block, scope, surroundings);
  const natural = naturalResult(surroundings);
  const type = result ?? natural ?? refuse(block, 'The returned values have no common type.');
  if (type.name !== 'void' && statement.completes)
    refuse(block.named.at(-1) ?? block, 'Not all paths return a value.');
  return {
    result: type,
    natural: natural ?? getType('object'),
    run: (frame) => (statement.run(frame) === 'return' ? frame.run.result : undefined),
  };
};

function naturalResult({ returned }: Surroundings): CsType | null {
  if (returned.length === 0) return getType('void');
  return (
    commonType(returned) ?? (returned.every(({ type }) => type.name === 'null') ? getType('null') : null)
  );
}

function bindStatement(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const bind = STATEMENTS[syntax.kind];
  if (!bind) return refuse(syntax, `A ${describe(syntax)} is not supported.`);
  const { run, ...rest } = bind(syntax, scope, surroundings);
  return {
    ...rest,
    run: (frame) => {
      spend();
      return run(frame);
    },
  };
}

function bindBlock(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  return bindSequence(syntax.named, scope.block(), surroundings);
}

function bindExpressionStatement(syntax: Syntax, scope: Scope, { binder }: Surroundings): Statement {
  const expression = child(syntax);
  const allowed = [
    'invocation_expression',
    'assignment_expression',
    'postfix_unary_expression',
    'prefix_unary_expression',
    'object_creation_expression',
    'conditional_access_expression',
  ];
  if (!allowed.includes(expression.kind))
    return refuse(expression, 'Only a call, an assignment or ++ can be a statement.');
  const bound = binder.bind(expression, scope);
  if (bound.kind !== 'value')
    return refuse(expression, 'Only a call, an assignment or ++ can be a statement.');
  return simple((frame) => void bound.evaluate(frame));
}

function bindIf(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const condition = field(syntax, 'condition');
  // Variables that a condition declares live on after the statement: `if (!int.TryParse(text, out var n)) return 0;`.
  const value = surroundings.binder.value(condition, scope);
  const test = convertTo(value, getType('bool'), condition);
  const yes = bindStatement(field(syntax, 'consequence'), scope.block(), surroundings);
  const alternative = syntax.fields.alternative;
  const no = alternative ? bindStatement(alternative, scope.block(), surroundings) : null;
  const always = value.constant?.value;
  return {
    completes:
      always === true
        ? yes.completes
        : always === false
          ? (no?.completes ?? true)
          : yes.completes || (no?.completes ?? true),
    breaks: yes.breaks || (no?.breaks ?? false),
    run: (frame) => (test(frame) ? yes.run(frame) : no?.run(frame)),
  };
}
