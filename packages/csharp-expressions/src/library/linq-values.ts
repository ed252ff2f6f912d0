import type { CsType } from '../types.ts';
import { itemsOf } from '../values/collections.ts';

/** A group of `GroupBy`: a key and the items that have it. */
export class Grouping {
  readonly type: CsType;
  readonly key: unknown;
  readonly items: unknown[] = [];

  constructor(type: CsType, key: unknown) {
    this.type = type;
    this.key = key;
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.items[Symbol.iterator]();
  }
}

interface Order {
  readonly key: (item: unknown) => unknown;
  readonly descending: boolean;
  readonly compare: (left: unknown, right: unknown) => number;
}

/** The result of `OrderBy`: a sequence that is sorted, stably, when it is enumerated. */
export class Ordered {
  readonly type: CsType;
  readonly #source: unknown;
  readonly #orders: readonly Order[];

  constructor(type: CsType, source: unknown, orders: readonly Order[]) {
    this.type = type;
    this.#source = source;
    this.#orders = orders;
  }

  then(order: Order): Ordered {
    return new Ordered(this.type, this.#source, [...this.#orders, order]);
  }

  [Symbol.iterator](): Iterator<unknown> {
    const keyed = [...itemsOf(this.#source)].map((item) => ({
      item,
      keys: this.#orders.map(({ key }) => key(item)),
    }));
    keyed.sort((left, right) => {
      for (const [index, { compare, descending }] of this.#orders.entries()) {
        const result = compare(left.keys[index], right.keys[index]);
        if (result !== 0) return descending ? -result : result;
      }
      return 0;
    });
    return keyed.map(({ item }) => item)[Symbol.iterator]();
  }
}
