import { z } from 'zod';
import { describeIssue } from '../errors/describe-issue.ts';
import { formatPath } from '../errors/format-path.ts';
import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody, MAXIMUM_VIOLATIONS } from '../errors/invalid-body.ts';
import type { JsonChildren, JsonValue } from '../json/json-value.ts';
import { emptyObject } from '../json/read-json.ts';
import { loopTurns, type Turns } from '../json/turns.ts';
import { type SchemaTree, schemaTreeOf, type ListSchema, type ObjectSchema } from './schema-tree.ts';

/** The number of items validated in one turn of the event loop: a millisecond's work at most. */
const ITEMS_IN_A_TURN = 1_000;
/** The trees of the schemas that have validated a body; each schema is converted once. */
const TREES = new WeakMap<z.ZodType, SchemaTree>();
/** A bound that no text of a schema here needs, in bytes of JSON. */
const MAXIMUM_TEXT_BYTES = 1_048_576;

/** The members of a body that are neither lists nor objects: the validated values that callers of `validateBody` get. */
export type Scalars<Body> = {
  readonly [
    Name in keyof Body as Body[Name] extends string | number | boolean | null | undefined ? Name : never
  ]: Body[Name];
};

/**
 * Validates a JSON body value by value, in turns of the event loop. Values that the schema doesn't describe are not read,
 * and lists are not copied. Null stands for an optional member that is left out, as in Google's JSON:
 * https://protobuf.dev/programming-guides/json/
 * @param schema of objects, lists, scalars, and unions of a list with something else; `schemaTreeOf` refuses others.
 * @param body undefined stands for an empty object.
 * @returns the scalar members of the outermost object.
 * @throws GatewayError INVALID_REQUEST with the first ten violations: path and rule, never a value.
 */
export async function validateBody<Schema extends z.ZodType>(
  schema: Schema,
  body: JsonValue | undefined,
  turns: Turns = loopTurns,
): Promise<Scalars<z.infer<Schema>>> {
  const tree = TREES.get(schema) ?? schemaTreeOf(schema);
  TREES.set(schema, tree);
  const validator = new TreeValidator();
  const scalars = validator.validate(tree, body ?? emptyObject);
  while (validator.advance(ITEMS_IN_A_TURN)) await turns.next();
  if (validator.violations.length > 0) throw invalidBody(validator.violations);
  return scalars as Scalars<z.infer<Schema>>;
}

/** A list whose items are still to be validated. */
interface OpenList {
  readonly items: JsonChildren;
  readonly element: SchemaTree;
  /** The list's path, followed by the index of the item. */
  readonly path: PropertyKey[];
}

/** Returns true for a member that is left out, and for null in its place where its schema has no null. */
function isUnset(value: JsonValue | undefined, { kind }: SchemaTree): boolean {
  return value === undefined || (value.kind === 'null' && kind !== 'nullable');
}

class TreeValidator {
  readonly violations: FieldViolation[] = [];
  /** A stack: the innermost list is the last. */
  readonly #lists: OpenList[] = [];
  #path: PropertyKey[] = [];

  /** Validates up to `count` items of lists. @returns true while there are more. */
  advance(count: number): boolean {
    for (let left = count; left > 0; left -= 1) {
      const list = this.#lists.at(-1);
      if (!list || this.#isFull()) return false;
      const { items } = list;
      if (!items.next()) {
        this.#lists.pop();
        continue;
      }
      this.#path = list.path;
      this.#path[this.#path.length - 1] = items.position;
      this.validate(list.element, items.value);
    }
    return true;
  }

  /**
   * Validates a value, and leaves the items of its lists to `advance`.
   * @returns the value of a scalar, an object of scalar members, or undefined.
   */
  validate(tree: SchemaTree, value: JsonValue | undefined): unknown {
    switch (tree.kind) {
      case 'anything':
        return undefined;
      case 'optional':
        return isUnset(value, tree.inner) ? undefined : this.validate(tree.inner, value);
      case 'nullable':
        return value?.kind === 'null' ? null : this.validate(tree.inner, value);
      case 'either':
        return this.validate(value?.kind === 'array' ? tree.list : tree.other, value);
      case 'list':
        if (value?.kind === 'array') this.#openList(tree, value);
        else this.#validateScalar(tree.schema, value);
        return undefined;
      case 'object':
        if (value?.kind === 'object') return this.#validateMembers(tree, value);
        return this.#validateScalar(tree.schema, value);
      case 'scalar':
        if (tree.isAnyText && value?.kind === 'string') return this.#readText(value);
        return this.#validateScalar(tree.schema, value);
    }
  }

  #openList({ element, minimum, maximum }: ListSchema, list: JsonValue): void {
    const { length } = list;
    if (length < minimum)
      this.#addIssue({ code: 'too_small', origin: 'array', minimum, input: undefined, inclusive: true });
    if (length > maximum)
      this.#addIssue({ code: 'too_big', origin: 'array', maximum, input: undefined, inclusive: true });
    else if (element.kind !== 'anything')
      this.#lists.push({ items: list.children(), element, path: [...this.#path, 0] });
  }

  #validateMembers({ members, names, isStrict }: ObjectSchema, object: JsonValue): object {
    const scalars: Record<string, unknown> = {};
    for (const [name, member] of members) {
      this.#path.push(name);
      const scalar = this.validate(member, object.member(name));
      this.#path.pop();
      if (scalar === null || typeof scalar !== 'object') scalars[name] = scalar;
    }
    if (isStrict) this.#refuseOthers(object, names);
    return scalars;
  }

  #refuseOthers(object: JsonValue, names: ReadonlySet<string>): void {
    for (const [name] of object.members()) {
      if (names.has(name)) continue;
      this.violations.push({ field: formatPath([...this.#path, name]), description: 'unknown field' });
      if (this.#isFull()) return;
    }
  }

  #readText(value: JsonValue): string | undefined {
    const text = value.readText(MAXIMUM_TEXT_BYTES);
    if (text === undefined) this.#add(`must have at most ${MAXIMUM_TEXT_BYTES} bytes`);
    return text;
  }

  #validateScalar(schema: z.core.$ZodType, value: JsonValue | undefined): unknown {
    const scalar = this.#toScalar(value);
    if (value?.kind === 'string' && scalar === undefined) return undefined;
    const parsed = z.safeParse(schema, scalar, { error: describeIssue });
    if (parsed.success) return parsed.data;
    this.#add(parsed.error.issues[0]?.message ?? 'is not valid');
    return undefined;
  }

  /** A list or an object becomes an empty one: the schema of a scalar only looks at its type. */
  #toScalar(value: JsonValue | undefined): unknown {
    switch (value?.kind) {
      case 'array':
        return [];
      case 'object':
        return {};
      case 'string':
        return this.#readText(value);
      default:
        return value?.toJson();
    }
  }

  #addIssue(issue: z.core.$ZodRawIssue): void {
    this.#add(describeIssue(issue) ?? 'is not valid');
  }

  #add(description: string): void {
    if (this.#isFull()) return;
    this.violations.push({ field: formatPath(this.#path) || 'body', description });
  }

  #isFull(): boolean {
    return this.violations.length >= MAXIMUM_VIOLATIONS;
  }
}
