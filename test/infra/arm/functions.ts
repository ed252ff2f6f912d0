import { createHash } from 'node:crypto';

/** A value of a template. */
export type Value = string | number | boolean | null | readonly Value[] | ValueObject;

/** An object of a template. */
export interface ValueObject {
  readonly [name: string]: Value;
}

/** A lambda of a template, which functions such as `map` call. */
export type Lambda = (...values: Value[]) => Value;

type TemplateFunction = (...parameters: never[]) => Value;

/** The namespace of names that `guid` makes. */
const GUID_NAMESPACE = '11fb06fb712d4ddd98c7e71bbd588830';
const BASE_32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The functions of templates that depend on their parameters alone.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
 */
export const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  add: (one: number, other: number) => one + other,
  and: (...all: boolean[]) => all.every(Boolean),
  cidrSubnet,
  coalesce: (...all: Value[]) => all.find((one) => one !== null) ?? null,
  concat: (...all: Value[]) => (typeof all[0] === 'string' ? all.map(textOf).join('') : all.flat()),
  contains: (container: string | Value[] | ValueObject, item: Value) =>
    typeof container === 'string' || Array.isArray(container)
      ? container.includes(item as never)
      : Object.keys(container).some((key) => key.toLowerCase() === textOf(item).toLowerCase()),
  createArray: (...items: Value[]) => items,
  createObject: (...parts: Value[]) =>
    Object.fromEntries(
      parts.flatMap((part, index) => (index % 2 === 0 ? [[textOf(part), parts[index + 1] ?? null]] : [])),
    ),
  empty: (of: Value) => of === null || of === '' || (typeof of === 'object' && Object.keys(of).length === 0),
  endsWith: (text: string, end: string) => text.toLowerCase().endsWith(end.toLowerCase()),
  equals: (one: Value, other: Value) => JSON.stringify(one) === JSON.stringify(other),
  filter: (list: Value[], keeps: Lambda) => list.filter((item) => keeps(item) === true),
  format: (pattern: string, ...values: Value[]) =>
    pattern.replaceAll(/\{(\d+)\}/g, (_, index: string) => textOf(values[Number(index)] ?? '')),
  greater: (one: number, other: number) => one > other,
  guid,
  items: (of: ValueObject) =>
    Object.entries(of)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => ({ key, value })),
  json: (text: string) => JSON.parse(text) as Value,
  last: (list: Value[]) => list.at(-1) ?? null,
  length: (of: string | Value[] | ValueObject) =>
    typeof of === 'string' ? of.length : Object.keys(of).length,
  map: (list: Value[], change: Lambda) => list.map((item) => change(item)),
  max: (...all: number[]) => Math.max(...all),
  min: (...all: number[]) => Math.min(...all),
  mul: (one: number, other: number) => one * other,
  not: (one: boolean) => !one,
  null: () => null,
  reduce: (list: Value[], first: Value, join: Lambda) => list.reduce((sum, item) => join(sum, item), first),
  replace: (text: string, old: string, by: string) => text.replaceAll(old, () => by),
  split: (text: string, by: string) => text.split(by),
  string: textOf,
  take: (of: string | Value[], count: number) => of.slice(0, count),
  toLower: (text: string) => text.toLowerCase(),
  toObject: (list: Value[], key: Lambda, value: Lambda = (item) => item) =>
    Object.fromEntries(list.map((item) => [textOf(key(item)), value(item)])),
  true: () => true,
  union: (...all: Value[]) => all.reduce(unite),
  uniqueString,
};

/** Gives a text as it is, and any other value as JSON. */
export function textOf(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Unites objects down to their members, and arrays without repeating. */
function unite(one: Value, other: Value): Value {
  if (Array.isArray(one) && Array.isArray(other))
    return [...new Set([...(one as Value[]), ...(other as Value[])])];
  if (!isObject(one) || !isObject(other)) return other;
  const members = Object.entries(other).map(([name, value]) => {
    const known = one[name];
    return [name, isObject(known) && isObject(value) ? unite(known, value) : value] as const;
  });
  return { ...one, ...Object.fromEntries(members) };
}

function isObject(value: Value | undefined): value is ValueObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Makes the UUID of version 5 of a name. Source: https://www.rfc-editor.org/rfc/rfc9562#section-5.5 */
export function guid(...parts: string[]): string {
  const hash = createHash('sha1')
    .update(Buffer.from(GUID_NAMESPACE, 'hex'))
    .update(parts.join('-'))
    .digest()
    .subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Makes 13 letters and digits of a text. Azure's own are others, and nobody may depend on them. */
function uniqueString(...parts: string[]): string {
  const hash = createHash('sha256').update(parts.join('-')).digest();
  return Array.from({ length: 13 }, (_, index) => BASE_32[(hash[index] ?? 0) % 32]).join('');
}

function cidrSubnet(network: string, prefix: number, index: number): string {
  const [address = ''] = network.split('/');
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const subnet = first + index * 2 ** (32 - prefix);
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(subnet / 2 ** shift) % 256);
  return `${parts.join('.')}/${prefix}`;
}
