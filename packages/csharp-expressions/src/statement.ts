import type { Binder } from './binder.ts';
import type { Frame, Value } from './bound.ts';
import type { Scope } from './scope.ts';
import type { Syntax } from './syntax.ts';
import type { CsType } from './types.ts';

/** The jump that ended a statement; undefined when it ran to its end. */
export type Signal = 'break' | 'continue' | 'return' | undefined;

/** A statement ready to run. */
export interface Statement {
  readonly run: (frame: Frame) => Signal;
  /** True when the statement after it can be reached, by C#'s rules. */
  readonly completes: boolean;
  /** True when a `break` in it leaves the loop or switch around it. */
  readonly breaks: boolean;
}

/** The body that statements belong to. */
export interface Surroundings {
  readonly binder: Binder;
  /** The type to return, or null while it is being found out. */
  readonly result: CsType | null;
  readonly returned: Value[];
  /** Reads the exception that `throw;` throws on. */
  readonly caught: ((frame: Frame) => unknown) | null;
  readonly inLoop: boolean;
  readonly inSwitch: boolean;
  readonly bind: (syntax: Syntax, scope: Scope, surroundings: Surroundings) => Statement;
}

/** Binds one kind of statement. */
export type BindStatement = (syntax: Syntax, scope: Scope, surroundings: Surroundings) => Statement;

/** Returns a statement after which the next one runs. */
export function simple(run: (frame: Frame) => undefined): Statement {
  return { completes: true, breaks: false, run };
}

/** Statements one after the other. */
export function bindSequence(items: readonly Syntax[], scope: Scope, surroundings: Surroundings): Statement {
  const statements = items.map((item) => surroundings.bind(item, scope, surroundings));
  return {
    completes: statements.every(({ completes }) => completes),
    breaks: statements.some(({ breaks }) => breaks),
    run: runInOrder(statements.map(({ run }) => run)),
  };
}

/** Runs statements until one of them ends more than itself. */
export function runInOrder(runs: readonly Statement['run'][]): Statement['run'] {
  const [only] = runs;
  if (only && runs.length === 1) return only;
  return (frame) => {
    for (const run of runs) {
      const signal = run(frame);
      if (signal) return signal;
    }
    return undefined;
  };
}
