import { NULL_CHAIN, type Value } from './bound.ts';
import type { Scope } from './scope.ts';

/** A receiver within a `?.` chain, evaluated once, and what ends the chain where the receiver already did. */
export interface Link {
  readonly receiver: Value;
  readonly guard: (value: Value) => Value;
}

/** Prepares a receiver for one member access; outside a chain that is nothing. */
export function linkOf(receiver: Value, scope: Scope): Link {
  if (!receiver.chained) return { receiver, guard: (value) => value };
  const slot = scope.temporary();
  const { kind, syntax, type, evaluate } = receiver;
  return {
    receiver: { kind, syntax, type, evaluate: (frame) => frame.slots[slot] },
    guard: (value) => {
      const { evaluate: inner } = value;
      return {
        kind,
        syntax: value.syntax,
        type: value.type,
        chained: true,
        evaluate: (frame) => {
          const self = evaluate(frame);
          if (self === NULL_CHAIN) return NULL_CHAIN;
          frame.slots[slot] = self;
          return inner(frame);
        },
      };
    },
  };
}
