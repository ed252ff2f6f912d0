import { spend } from '../budget.ts';
import { raise } from '../evaluation-error.ts';
import { type CsType, getType } from '../types.ts';
import { keyOf } from './equality.ts';

/** System.Collections.Generic.List<T>; also serves Queue<T> and Stack<T>, which keep their own type. */
export class List {
  readonly type: CsType;
  items: unknown[];

  constructor(type: CsType, items: unknown[] = []) {
    this.type = type;
    this.items = items;
  }

  static of(element: CsType, items: unknown[]): List {
    return new List(getType('List', element), items);
  }

  /** Fails, as .NET's does, when the list changes while it is enumerated. */
  *[Symbol.iterator](): Iterator<unknown> {
    const { length } = this.items;
    for (let index = 0; index < length; index += 1) {
      yield this.items[index];
      if (this.items.length !== length) {
        raise('InvalidOperationException', 'Collection was modified; enumeration operation may not execute.');
      }
    }
  }
}

/** An entry of a dictionary. */
export interface Pair {
  readonly key: unknown;
  readonly value: unknown;
}

/** System.Collections.Generic.KeyValuePair<TKey, TValue>. */
export class KeyValuePair implements Pair {
  readonly type: CsType;
  readonly key: unknown;
  readonly value: unknown;

  constructor(type: CsType, key: unknown, value: unknown) {
    this.type = type;
    this.key = key;
    this.value = value;
  }
}

/** A read-only dictionary over what the engine keeps, without a copy of it. */
export class Lookup {
  readonly type: CsType;
  /** The entry of a key that isn't null. */
  readonly lookUp: (key: string) => Pair | undefined;
  readonly keys: () => Iterable<string>;

  constructor(type: CsType, lookUp: Lookup['lookUp'], keys: Lookup['keys']) {
    this.type = type;
    this.lookUp = lookUp;
    this.keys = keys;
  }

  get size(): number {
    return [...this.keys()].length;
  }

  get(key: unknown): unknown {
    return (this.find(key) ?? missingKey(key)).value;
  }

  find(key: unknown): Pair | undefined {
    return key === null ? nullKey() : this.lookUp(key as string);
  }

  *[Symbol.iterator](): Iterator<Pair> {
    const [keyType = this.type, valueType = this.type] = this.type.args;
    const pair = getType('KeyValuePair', keyType, valueType);
    for (const key of this.keys()) yield new KeyValuePair(pair, key, this.get(key));
  }
}

/** System.Collections.Generic.Dictionary<TKey, TValue>. */
export class Dictionary {
  readonly type: CsType;
  readonly entries = new Map<unknown, Pair>();
  readonly #key: (value: unknown) => unknown;
  readonly #pairType: CsType;

  constructor(type: CsType, key: (value: unknown) => unknown = keyOf) {
    this.type = type;
    this.#key = key;
    const [keyType = getType('object'), valueType = getType('object')] = type.args;
    this.#pairType = getType('KeyValuePair', keyType, valueType);
  }

  get(key: unknown): unknown {
    return (this.find(key) ?? missingKey(key)).value;
  }

  find(key: unknown): Pair | undefined {
    return key === null ? nullKey() : this.entries.get(this.#key(key));
  }

  get size(): number {
    return this.entries.size;
  }

  set(key: unknown, value: unknown): void {
    const existing = this.find(key);
    this.entries.set(this.#key(key), new KeyValuePair(this.#pairType, existing?.key ?? key, value));
  }

  add(key: unknown, value: unknown): void {
    if (this.find(key)) {
      raise('ArgumentException', `An item with the same key has already been added. Key: ${String(key)}`);
    }
    this.set(key, value);
  }

  remove(key: unknown): boolean {
    return this.find(key) !== undefined && this.entries.delete(this.#key(key));
  }

  *[Symbol.iterator](): Iterator<Pair> {
    const { size } = this.entries;
    for (const entry of this.entries.values()) {
      yield entry;
      if (this.entries.size > size) {
        raise('InvalidOperationException', 'Collection was modified; enumeration operation may not execute.');
      }
    }
  }
}

function missingKey(key: unknown): never {
  raise('KeyNotFoundException', `The given key '${String(key)}' was not present in the dictionary.`);
}

function nullKey(): never {
  raise('ArgumentNullException', "Value cannot be null. (Parameter 'key')");
}

/** System.Collections.Generic.HashSet<T>. */
export class HashSet {
  readonly type: CsType;
  readonly entries = new Map<unknown, unknown>();
  readonly #key: (value: unknown) => unknown;

  constructor(type: CsType, key: (value: unknown) => unknown = keyOf) {
    this.type = type;
    this.#key = key;
  }

  /** A set that compares as this one does. */
  alike(items: Iterable<unknown>): HashSet {
    const set = new HashSet(this.type, this.#key);
    for (const item of items) set.add(item);
    return set;
  }

  has(item: unknown): boolean {
    return this.entries.has(this.#key(item));
  }

  add(item: unknown): boolean {
    if (this.has(item)) return false;
    this.entries.set(this.#key(item), item);
    return true;
  }

  remove(item: unknown): boolean {
    return this.entries.delete(this.#key(item));
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.entries.values();
  }
}

/** An IEnumerable<T> that is worked out anew whenever it is enumerated. */
export class Sequence {
  readonly type: CsType;
  readonly #start: () => Iterable<unknown>;

  constructor(type: CsType, start: () => Iterable<unknown>) {
    this.type = type;
    this.#start = start;
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.#start()[Symbol.iterator]();
  }
}

/** Returns the items of any C# enumerable, counted against the budget; a string gives its characters. */
export function* itemsOf(source: unknown): Generator {
  if (typeof source === 'string') {
    for (let index = 0; index < source.length; index += 1) {
      spend();
      yield source.charCodeAt(index);
    }
    return;
  }
  for (const item of source as Iterable<unknown>) {
    spend();
    yield item;
  }
}
