import { convertTo } from './bind-conversion.ts';
import { bindPattern, type PatternTest } from './bind-patterns.ts';
import type { Value } from './bound.ts';
import type { Scope } from './scope.ts';
import {
  type BindStatement,
  bindSequence,
  type Signal,
  type Statement,
  type Surroundings,
} from './statement.ts';
import { child, field, hasToken, refuse, type Syntax } from './syntax.ts';
import { getType } from './types.ts';

/** The switch statement. */
export const SWITCH: Readonly<Record<string, BindStatement>> = { switch_statement: bindSwitch };

interface Section {
  readonly test: PatternTest | null;
  /** Null where the labels of the next section share its statements. */
  readonly statement: Statement | null;
}

function bindSwitch(syntax: Syntax, scope: Scope, surroundings: Surroundings): Statement {
  const value = surroundings.binder.value(field(syntax, 'value'), scope);
  const sections = field(syntax, 'body').named.map((section) =>
    bindSection(section, value, scope, surroundings),
  );
  const statements = sections.map(({ statement }) => statement).filter((statement) => statement !== null);
  const hasDefault = sections.some(({ test }) => test === null);
  return {
    completes: !hasDefault || statements.some(({ breaks }) => breaks),
    breaks: false,
    run: (frame) => {
      const tested = value.evaluate(frame);
      let matched = sections.findIndex(({ test }) => test?.(frame, tested));
      if (matched < 0) matched = sections.findIndex(({ test }) => test === null);
      if (matched < 0) return undefined;
      const signal: Signal = sections
        .slice(matched)
        .find(({ statement }) => statement)
        ?.statement?.run(frame);
      return signal === 'break' ? undefined : signal;
    },
  };
}

function bindSection(section: Syntax, value: Value, scope: Scope, surroundings: Surroundings): Section {
  const inner = scope.block();
  const isDefault = hasToken(section, 'default');
  const pattern = isDefault ? null : bindPattern(child(section), value.type, inner, surroundings.binder);
  const when = section.named.find(({ kind }) => kind === 'when_clause');
  const filter = when && convertTo(surroundings.binder.value(child(when), inner), getType('bool'), when);
  const statements = section.named.filter(
    (part, index) => part.kind !== 'when_clause' && (isDefault || index > 0),
  );
  const test: PatternTest | null =
    pattern && ((frame, tested) => pattern(frame, tested) && (!filter || filter(frame) === true));
  if (statements.length === 0) return { test, statement: null };
  const statement = bindSequence(statements, inner, { ...surroundings, inSwitch: true });
  if (statement.completes) return refuse(section, 'A case has to end with break, return or throw.');
  return { test, statement };
}
