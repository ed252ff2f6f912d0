import type { PolicyContext } from './context.ts';
import type { Candidate } from './members.ts';
import type { Syntax } from './syntax.ts';
import type { CsType } from './types.ts';

/** The local variables of one run of a body; lambdas and loop bodies with lambdas have frames of their own. */
export interface Frame {
  readonly slots: unknown[];
  readonly parent: Frame | null;
  readonly run: Run;
}

/** The state that all frames of one evaluation share. */
export interface Run {
  readonly context: PolicyContext;
  /** The value of the `return` statement that ran. */
  result: unknown;
}

/** A piece of source, ready to run. */
export type Evaluate = (frame: Frame) => unknown;

/** Somewhere that can be assigned to, with its receiver and indexes already evaluated. */
export interface Place {
  readonly get: () => unknown;
  readonly set: (value: unknown) => void;
}

/** An expression that has a value. */
export interface Value {
  readonly kind: 'value';
  readonly syntax: Syntax;
  readonly type: CsType;
  readonly evaluate: Evaluate;
  /** Known at load. */
  readonly constant?: { readonly value: unknown };
  readonly place?: (frame: Frame) => Place;
  /** Part of a `?.` chain: evaluates to `NULL_CHAIN` where the chain ends early. */
  readonly chained?: boolean;
}

/** The value of a `?.` chain whose receiver was null. */
export const NULL_CHAIN = Symbol('null chain');

/** A type where a value could stand: the receiver of its static members. */
export interface TypeName {
  readonly kind: 'type';
  readonly syntax: Syntax;
  readonly type: CsType;
}

/** A namespace before a type. */
export interface NamespaceName {
  readonly kind: 'namespace';
  readonly syntax: Syntax;
  readonly name: string;
}

/** A method's name before its arguments are known. */
export interface MethodGroup {
  readonly kind: 'group';
  readonly syntax: Syntax;
  readonly method: string;
  readonly receiver: Value | null;
  readonly candidates: readonly Candidate[];
  /** Extension methods, tried where no candidate fits. */
  readonly extensions: readonly Candidate[];
  readonly typeArguments: readonly CsType[];
  /** Passes the end of a `?.` chain on to what the call gives. */
  readonly guard: (value: Value) => Value;
  /** The call of the best overload; null where none takes these arguments. */
  readonly find: (group: MethodGroup, parameters: readonly Argument[]) => Value | null;
}

/** A lambda before its delegate type is known. */
export interface Lambda {
  readonly kind: 'lambda';
  readonly syntax: Syntax;
  readonly parameters: readonly {
    readonly name: string;
    readonly syntax: Syntax;
    readonly type: CsType | null;
  }[];
  readonly body: Syntax;
  /** Binds its body for parameter types; without a result type it finds the natural one. */
  readonly bind: (parameters: readonly CsType[], result: CsType | null) => BoundLambda;
}

/** A lambda whose delegate type is known. */
export interface BoundLambda {
  readonly result: CsType;
  /** Evaluates to a JavaScript function. */
  readonly evaluate: Evaluate;
}

/** `out var x`, `out T x`, `out x` or `out _` as an argument. */
export interface OutArgument {
  readonly kind: 'out';
  readonly syntax: Syntax;
  /** Null where the parameter decides. */
  readonly type: CsType | null;
  /** Prepares the variable once the parameter's type is known. */
  readonly declare: (type: CsType) => (frame: Frame, value: unknown) => void;
}

/** The meaning of a piece of source: a value, a type, a namespace, methods or a lambda. */
export type Bound = Value | TypeName | NamespaceName | MethodGroup | Lambda;

/** An argument of a call, with its name where it was given one. */
export type Argument = (Value | MethodGroup | Lambda | OutArgument) & { readonly name?: string };
