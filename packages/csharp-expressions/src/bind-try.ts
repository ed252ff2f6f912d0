import { convertTo } from './bind-conversion.ts';
import type { Evaluate, Frame } from './bound.ts';
import { BUDGET_EXCEEDED } from './budget.ts';
import { isInstance, isSubtype } from './conversions.ts';
import { ExpressionEvaluationError } from './evaluation-error.ts';
import { asEvaluationError } from './native-error.ts';
import { resolveType } from './resolve-type.ts';
import type { Scope } from './scope.ts';
import type { BindStatement, Signal, Statement, Surroundings } from './statement.ts';
import { child, field, refuse, type Syntax } from './syntax.ts';
import { type CsType, getType } from './types.ts';

/** The try statement. */
export const TRY: Readonly<Record<string, BindStatement>> = { try_statement: bindTry };

interface Clause {
  readonly type: CsType;
  readonly slot: number;
  readonly filter: Evaluate | null;
  readonly body: Statement;
}

function bindTry(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const body = surroundings.bind(field(syntax, 'body'), scope, surroundings);
  const clauses = syntax.named
    .filter(({ kind }) => kind === 'catch_clause')
    .map((clause) => bindCatch(clause, scope, surroundings));
  const last = syntax.named.find(({ kind }) => kind === 'finally_clause');
  const finish = last && surroundings.bind(child(last), scope, surroundings);
  const parts = [body, ...clauses.map((clause) => clause.body)];
  return {
    completes: parts.some(({ completes }) => completes) && (finish?.completes ?? true),
    breaks: parts.some(({ breaks }) => breaks),
    run: (frame) => {
      let signal: Signal;
      let result: unknown;
      try {
        signal = guarded(body, clauses, frame);
        ({ result } = frame.run);
      } finally {
        finish?.run(frame);
      }
      frame.run.result = result;
      return signal;
    },
  };
}

function guarded(body: Statement, clauses: readonly Clause[], frame: Frame): Signal {
  try {
    return body.run(frame);
  } catch (thrown) {
    const error = asEvaluationError(thrown);
    if (!(error instanceof ExpressionEvaluationError) || error.exceptionType === BUDGET_EXCEEDED) throw error;
    const clause = clauses.find(({ type, slot, filter }) => {
      if (!isInstance(error, type)) return false;
      frame.slots[slot] = error;
      return filter === null || filter(frame) === true;
    });
    if (!clause) throw error;
    return clause.body.run(frame);
  }
}

function bindCatch(clause: Syntax, scope: Scope, surroundings: Surroundings): Clause {
  const inner = scope.block();
  const declaration = clause.named.find(({ kind }) => kind === 'catch_declaration');
  const type = declaration ? resolveType(field(declaration, 'type')) : getType('Exception');
  if (!isSubtype(type, getType('Exception'))) return refuse(clause, `A ${type.name} is never thrown.`);
  const name = declaration?.fields.name;
  const slot = name ? inner.declare(name.text, type, name) : inner.temporary();
  const when = clause.named.find(({ kind }) => kind === 'catch_filter_clause');
  const filter = when
    ? convertTo(surroundings.binder.value(child(when), inner), getType('bool'), when)
    : null;
  const caught = (frame: Frame): unknown => frame.slots[slot];
  return {
    type,
    slot,
    filter,
    body: surroundings.bind(field(clause, 'body'), inner, { ...surroundings, caught }),
  };
}
