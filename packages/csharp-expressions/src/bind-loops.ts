import { convertTo } from './bind-conversion.ts';
import { bindVariables } from './bind-declaration.ts';
import type { Evaluate, Frame, Value } from './bound.ts';
import { spend } from './budget.ts';
import { explicitConversion } from './conversions.ts';
import { nullReference } from './invoke.ts';
import { enumerationOf } from './enumeration.ts';
import { resolveType } from './resolve-type.ts';
import type { Scope } from './scope.ts';
import type { BindStatement, Signal, Statement, Surroundings } from './statement.ts';
import { contains, field, refuse, type Syntax } from './syntax.ts';
import { getType } from './types.ts';

/** The four loops. */
export const LOOPS: Readonly<Record<string, BindStatement>> = {
  foreach_statement: bindForeach,
  for_statement: bindFor,
  while_statement: bindWhile,
  do_statement: bindDo,
};

/** Returns the next move of a loop whose body ended with a signal: go on, stop, or return. */
function after(signal: Signal): 'next' | 'stop' | 'return' {
  return signal === 'return' ? 'return' : signal === 'break' ? 'stop' : 'next';
}

/** The body of a loop; where a lambda may keep its variables, every round has its own. */
function bindLoopBody(
  syntax: Syntax,
  scope: Scope,
  surroundings: Surroundings,
): { scope: Scope; enter: (frame: Frame) => Frame; bind: () => Statement } {
  const own = contains(syntax, 'lambda_expression');
  const inner = own ? scope.frame() : scope.block();
  return {
    scope: inner,
    enter: own ? (frame) => ({ slots: [], parent: frame, run: frame.run }) : (frame) => frame,
    bind: () => surroundings.bind(syntax, inner, { ...surroundings, inLoop: true }),
  };
}

function bindForeach(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const { binder } = surroundings;
  const source = field(syntax, 'right');
  const value = binder.value(source, scope);
  const enumeration =
    enumerationOf(value.type) ?? refuse(source, `A ${value.type.name} cannot be enumerated.`);
  const { scope: inner, enter, bind } = bindLoopBody(field(syntax, 'body'), scope, surroundings);
  const typeSyntax = field(syntax, 'type');
  const name = field(syntax, 'left');
  const type = typeSyntax.kind === 'implicit_type' ? enumeration.element : resolveType(typeSyntax);
  const convert =
    explicitConversion(enumeration.element, type) ??
    refuse(typeSyntax, `The items are ${enumeration.element.name}.`);
  const slot = inner.declare(name.text, type, name);
  const body = bind();
  return {
    completes: true,
    breaks: false,
    run: (frame) => {
      for (const item of enumeration.items(value.evaluate(frame) ?? nullReference())) {
        const round = enter(frame);
        round.slots[slot] = convert(item);
        const next = after(body.run(round));
        if (next === 'return') return 'return';
        if (next === 'stop') break;
      }
      return undefined;
    },
  };
}

function bindFor(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const { binder } = surroundings;
  const outer = scope.block();
  const initializer = syntax.fields.initializer;
  const declared =
    initializer?.kind === 'variable_declaration' ? bindVariables(initializer, outer, surroundings) : null;
  const first = initializer && !declared ? binder.value(initializer, outer) : null;
  const condition = syntax.fields.condition;
  const tested = condition ? binder.value(condition, outer) : null;
  const test = condition && tested ? convertTo(tested, getType('bool'), condition) : (): boolean => true;
  const updates = updatesOf(syntax).map((update) => binder.value(update, outer));
  const { enter, bind } = bindLoopBody(field(syntax, 'body'), outer, surroundings);
  const body = bind();
  return {
    completes: !isEndless(tested) || body.breaks,
    breaks: false,
    run: (frame) => {
      declared?.run(frame);
      first?.evaluate(frame);
      while (test(frame)) {
        spend();
        const next = after(body.run(enter(frame)));
        if (next === 'return') return 'return';
        if (next === 'stop') break;
        for (const update of updates) update.evaluate(frame);
      }
      return undefined;
    },
  };
}

// The field holds the first update only.
function updatesOf(syntax: Syntax): Syntax[] {
  const close = syntax.children.findIndex(({ kind }) => kind === ')');
  const semicolons = syntax.children.flatMap(({ kind }, index) => (kind === ';' ? [index] : []));
  return syntax.children.slice((semicolons[1] ?? close) + 1, close).filter(({ kind }) => kind !== ',');
}

function bindWhile(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const outer = scope.block();
  const condition = syntax.fields.condition ?? syntax.named[0] ?? syntax;
  const tested = surroundings.binder.value(condition, outer);
  const test: Evaluate = convertTo(tested, getType('bool'), condition);
  const { enter, bind } = bindLoopBody(syntax.fields.body ?? syntax.named[1] ?? syntax, outer, surroundings);
  const body = bind();
  return {
    completes: !isEndless(tested) || body.breaks,
    breaks: false,
    run: (frame) => {
      while (test(frame)) {
        spend();
        const next = after(body.run(enter(frame)));
        if (next === 'return') return 'return';
        if (next === 'stop') break;
      }
      return undefined;
    },
  };
}

function bindDo(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const condition = field(syntax, 'condition');
  const tested = surroundings.binder.value(condition, scope);
  const test = convertTo(tested, getType('bool'), condition);
  const { enter, bind } = bindLoopBody(field(syntax, 'body'), scope, surroundings);
  const body = bind();
  return {
    completes: (body.completes && !isEndless(tested)) || body.breaks,
    breaks: false,
    run: (frame) => {
      do {
        spend();
        const next = after(body.run(enter(frame)));
        if (next === 'return') return 'return';
        if (next === 'stop') break;
      } while (test(frame));
      return undefined;
    },
  };
}

function isEndless(condition: Value | null): boolean {
  return condition === null || condition.constant?.value === true;
}
