import { type CsType, declareTypes, findDefinition, getType } from './types.ts';
import { box } from './values/boxed.ts';
import { keyOf, valuesEqual } from './values/equality.ts';
import { formatValue } from './format.ts';

/** `new { A = 1 }`: its type's name lists its properties, its type arguments are their types. */
export class AnonymousObject {
  readonly type: CsType;
  readonly values: readonly unknown[];

  constructor(type: CsType, values: readonly unknown[]) {
    this.type = type;
    this.values = values;
  }

  /** The properties in order, boxed. */
  properties(): [string, unknown][] {
    const names = namesOf(this.type);
    return this.values.map((value, index) => [
      names[index] ?? '',
      box(value, this.type.args[index] ?? this.type),
    ]);
  }

  formatted(): string {
    return `{ ${this.properties()
      .map(([name, value]) => `${name} = ${formatValue(value)}`)
      .join(', ')} }`;
  }

  equals(other: unknown): boolean {
    if (!(other instanceof AnonymousObject) || other.type !== this.type) return false;
    return this.values.every((value, index) => valuesEqual(value, other.values[index]));
  }

  keyOf(): string {
    return `${this.type.name} ${this.values.map((value) => String(keyOf(value))).join('\u0000')}`;
  }
}

const PREFIX = 'Anonymous';

/** Returns the type of `new { … }` with these properties. */
export function anonymousType(names: readonly string[], types: readonly CsType[]): CsType {
  const name = [PREFIX, ...names].join('$');
  if (!findDefinition(name, types.length)) {
    const parameters = names.map((_, index) => `T${index}`);
    const members = Object.fromEntries(
      names.map((property, index) => [
        `T${index} ${property}`,
        (self: AnonymousObject) => self.values[index],
      ]),
    );
    const generic = parameters.length === 0 ? name : `${name}<${parameters.join(', ')}>`;
    declareTypes([{ name: generic, namespace: '', kind: 'class', members }]);
  }
  return getType(name, ...types);
}

function namesOf({ definition }: CsType): string[] {
  return definition.name.split('$').slice(1);
}
