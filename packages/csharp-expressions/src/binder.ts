import { type Bound, type Evaluate, type Lambda, type MethodGroup, NULL_CHAIN, type Value } from './bound.ts';
import type { Scope } from './scope.ts';
import { describe, refuse, type Syntax } from './syntax.ts';
import { type CsType, getType, nullableOf } from './types.ts';

/** Binds one kind of node. */
export type Bind = (syntax: Syntax, scope: Scope, binder: Binder) => Bound;

/** The body of a lambda or of the whole expression: what it gives, and how to run it in a frame of its own. */
export interface Body {
  readonly result: CsType;
  /** The type of all that is returned, before it becomes the result; `object` where there is no common one. */
  readonly natural: CsType;
  readonly run: Evaluate;
}

/** Binds a block for a result type, or finds its natural one. */
export type BindBody = (block: Syntax, scope: Scope, binder: Binder, result: CsType | null) => Body;

/** The bodies that an expression reads, found while it is bound. */
export interface Reads {
  requestBody: boolean;
  responseBody: boolean;
}

/** Gives every node of one expression its meaning; refuses what has none. */
export class Binder {
  readonly #binds: Readonly<Record<string, Bind>>;
  readonly #bindBody: BindBody;
  readonly reads: Reads = { requestBody: false, responseBody: false };
  /** True within `checked`, false within `unchecked`; null outside of both, where only constants are checked. */
  checked: boolean | null = null;

  constructor(binds: Readonly<Record<string, Bind>>, bindBody: BindBody) {
    this.#binds = binds;
    this.#bindBody = bindBody;
  }

  /** Any expression; a `?.` chain that starts here also ends here. */
  bind(syntax: Syntax, scope: Scope): Bound {
    const bound = this.bindLink(syntax, scope);
    return bound.kind === 'value' && bound.chained ? endChain(bound) : bound;
  }

  /** An expression that may be the left part of a `?.` chain. */
  bindLink(syntax: Syntax, scope: Scope): Bound {
    const bind = this.#binds[syntax.kind];
    if (!bind) return refuse(syntax, `A ${describe(syntax)} is not supported.`);
    return bind(syntax, scope, this);
  }

  /** An expression that has to have a value. */
  value(syntax: Syntax, scope: Scope): Value {
    return needsValue(asValue(this.bind(syntax, scope)));
  }

  /** A value, or a lambda or method that its target gives a type. */
  bindArgument(syntax: Syntax, scope: Scope): Value | Lambda | MethodGroup {
    const bound = this.bind(syntax, scope);
    if (bound.kind === 'lambda' || bound.kind === 'group') return bound;
    return needsValue(asValue(bound));
  }

  body(block: Syntax, scope: Scope, result: CsType | null): Body {
    return this.#bindBody(block, scope, this, result);
  }

  withChecked<Result>(checked: boolean, bind: () => Result): Result {
    const outer = this.checked;
    this.checked = checked;
    try {
      return bind();
    } finally {
      this.checked = outer;
    }
  }
}

/** Refuses what isn't a value: a type, a namespace, a method without arguments, a lambda without a type. */
export function asValue(bound: Bound): Value {
  switch (bound.kind) {
    case 'value':
      return bound;
    case 'type':
      return refuse(bound.syntax, `${bound.type.name} is a type; a value is needed here.`);
    case 'namespace':
      return refuse(bound.syntax, `The name "${bound.name}" is not known.`);
    case 'group':
      return refuse(bound.syntax, `${bound.method} is a method; call it.`);
    case 'lambda':
      return refuse(bound.syntax, 'A lambda has no type of its own here.');
  }
}

/** Returns a value that is worked out at evaluation. */
export function valueOf(syntax: Syntax, type: CsType, evaluate: Value['evaluate']): Value {
  return { kind: 'value', syntax, type, evaluate };
}

/** Returns a value that is known at load. */
export function constantOf(syntax: Syntax, type: CsType, value: unknown): Value {
  return { kind: 'value', syntax, type, constant: { value }, evaluate: () => value };
}

function needsValue(value: Value): Value {
  return value.type.name === 'void' ? refuse(value.syntax, 'This gives no value.') : value;
}

function endChain({ syntax, type, evaluate }: Value): Value {
  const result = type === getType('void') ? type : nullableOf(type);
  return valueOf(syntax, result, (frame) => {
    const value = evaluate(frame);
    return value === NULL_CHAIN ? null : value;
  });
}
