import type { Evaluate, Frame, Value } from './bound.ts';
import { refuse, type Syntax } from './syntax.ts';
import type { CsType } from './types.ts';

interface Local {
  readonly type: CsType;
  readonly slot: number;
  readonly depth: number;
  readonly constant?: { readonly value: unknown };
  /** True when anything before the current place of the source assigns it. */
  assigned: boolean;
}

interface Layer {
  readonly depth: number;
  slots: number;
}

/** The names that are visible at one place of the source. */
export class Scope {
  readonly #parent: Scope | null;
  readonly #layer: Layer;
  readonly #locals = new Map<string, Local>();

  constructor(parent: Scope | null = null, ownFrame = false) {
    this.#parent = parent;
    this.#layer =
      parent && !ownFrame ? parent.#layer : { depth: parent ? parent.#layer.depth + 1 : 0, slots: 0 };
  }

  /** A block: names end with it, variables live in the same frame. */
  block(): Scope {
    return new Scope(this);
  }

  /** A body that gets a frame of its own whenever it runs. */
  frame(): Scope {
    return new Scope(this, true);
  }

  /** Declares a variable and gives its slot. C# forbids two of one name in nested scopes. */
  declare(name: string, type: CsType, syntax: Syntax, constant?: { readonly value: unknown }): number {
    if (name === 'context' || this.#find(name))
      refuse(syntax, `A variable named "${name}" is already declared here.`);
    const slot = this.#layer.slots++;
    this.#locals.set(name, {
      type,
      slot,
      depth: this.#layer.depth,
      assigned: true,
      ...(constant && { constant }),
    });
    return slot;
  }

  /** Declares a variable without a value: it may be read only behind an assignment. */
  declareUnassigned(name: string, type: CsType, syntax: Syntax): void {
    this.declare(name, type, syntax);
    const local = this.#locals.get(name);
    if (local) local.assigned = false;
  }

  /** Notes that the source assigns a variable here. */
  assign(name: string): void {
    const local = this.#find(name);
    if (local) local.assigned = true;
  }

  /** A slot without a name, for a value that is used twice. */
  temporary(): number {
    return this.#layer.slots++;
  }

  /** A variable as an expression, or null where there is none of that name. */
  read(name: string, syntax: Syntax): Value | null {
    const local = this.#find(name);
    if (!local) return null;
    const { type, slot, constant } = local;
    if (!local.assigned) refuse(syntax, `The variable "${name}" has no value yet.`);
    if (constant) return { kind: 'value', syntax, type, constant, evaluate: () => constant.value };
    const hops = this.#layer.depth - local.depth;
    const evaluate: Evaluate =
      hops === 0 ? (frame) => frame.slots[slot] : (frame) => outer(frame, hops).slots[slot];
    return {
      kind: 'value',
      syntax,
      type,
      evaluate,
      place: (frame) => {
        const { slots } = outer(frame, hops);
        return { get: () => slots[slot], set: (value) => void (slots[slot] = value) };
      },
    };
  }

  #find(name: string): Local | undefined {
    return this.#locals.get(name) ?? (this.#parent === null ? undefined : this.#parent.#find(name));
  }
}

function outer(frame: Frame, hops: number): Frame {
  let current = frame;
  for (let left = hops; left > 0 && current.parent; left -= 1) current = current.parent;
  return current;
}
