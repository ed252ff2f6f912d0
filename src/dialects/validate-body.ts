import { z } from 'zod';
import { describeIssue } from '../errors/describe-issue.ts';
import { formatPath } from '../errors/format-path.ts';
import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody, MAXIMUM_VIOLATIONS } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';
import { emptyObject } from '../json/read-json.ts';
import { loopTurns, type Turns } from '../json/turns.ts';

/** How many values are looked at in one turn of the event loop: a millisecond's work, or less. */
const PIECE_VALUES = 1_000;
/** Longer texts are none that an envelope has. */
const MAXIMUM_TEXT_BYTES = 1_048_576;

/** The members of a body that are neither lists nor objects. */
export type Scalars<Body> = {
  readonly [
    Name in keyof Body as Body[Name] extends string | number | boolean | null | undefined ? Name : never
  ]: Body[Name];
};

/**
 * Validates a body that was read, value by value, and as far as the schema looks: what it does not describe is not touched,
 * and nothing is made of lists. Between pieces others have their turn.
 * @param schema objects, lists, alternatives of which one is a list, and what is neither.
 * @param body undefined is an object without members.
 * @returns what the outermost object has beside lists and objects.
 * @throws GatewayError INVALID_REQUEST with the first ten violations: path and rule, never a value.
 */
export async function validateBody<Schema extends z.ZodType>(
  schema: Schema,
  body: JsonValue | undefined,
  turns: Turns = loopTurns,
): Promise<Scalars<z.infer<Schema>>> {
  const judge = new Judge();
  const pieces = judge.visit(schema, body ?? emptyObject);
  for (;;) {
    const piece = pieces.next();
    if (!piece.done) {
      await turns.next();
      continue;
    }
    if (judge.violations.length > 0) throw invalidBody(judge.violations);
    return piece.value as Scalars<z.infer<Schema>>;
  }
}

class Judge {
  readonly violations: FieldViolation[] = [];
  readonly #path: PropertyKey[] = [];
  #visited = 0;

  /** Stops wherever others should have their turn. */
  *visit(schema: z.core.$ZodType, value: JsonValue | undefined): Generator<undefined, unknown> {
    this.#visited += 1;
    if (this.#visited % PIECE_VALUES === 0) yield;
    const { def } = (schema as z.core.$ZodTypes)._zod;
    switch (def.type) {
      case 'unknown':
        return undefined;
      case 'optional':
        return value === undefined ? undefined : yield* this.visit(def.innerType, value);
      case 'nullable':
        return value?.kind === 'null' ? null : yield* this.visit(def.innerType, value);
      case 'union':
        return yield* this.visit(chooseAlternative(def.options, value), value);
      case 'array':
        if (value?.kind !== 'array') break;
        return yield* this.#visitItems(schema as z.core.$ZodArray, value);
      case 'object':
        if (value?.kind !== 'object') break;
        return yield* this.#visitMembers(schema as z.core.$ZodObject, value);
      case 'record':
        throw new TypeError('names that no schema knows are for bodies that are small');
    }
    return this.#judgeScalar(schema, value);
  }

  *#visitItems(schema: z.core.$ZodArray, list: JsonValue): Generator<undefined, undefined> {
    const { minimum, maximum } = lengthsOf(schema);
    const { length } = list;
    if (length < minimum)
      this.#violate({ code: 'too_small', origin: 'array', minimum, input: undefined, inclusive: true });
    if (length > maximum)
      this.#violate({ code: 'too_big', origin: 'array', maximum, input: undefined, inclusive: true });
    if (length > maximum || isAnything(schema._zod.def.element)) return;
    let index = 0;
    for (const item of list.items()) {
      this.#path.push(index);
      yield* this.visit(schema._zod.def.element, item);
      this.#path.pop();
      if (this.#isFull()) return;
      index += 1;
    }
  }

  *#visitMembers(schema: z.core.$ZodObject, object: JsonValue): Generator<undefined, unknown> {
    const { shape, catchall, checks } = schema._zod.def;
    if (checks?.length)
      throw new TypeError('what holds for an object as a whole is for bodies that are small');
    const scalars: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(shape)) {
      this.#path.push(name);
      const scalar = yield* this.visit(member, object.member(name));
      this.#path.pop();
      if (this.#isFull()) return undefined;
      if (scalar !== undefined && (scalar === null || typeof scalar !== 'object')) scalars[name] = scalar;
    }
    if (catchall?._zod.def.type === 'never') this.#refuseOthers(object, shape);
    return scalars;
  }

  #refuseOthers(object: JsonValue, shape: Readonly<Record<string, unknown>>): void {
    for (const [name] of object.members()) {
      if (Object.hasOwn(shape, name)) continue;
      this.violations.push({ field: formatPath([...this.#path, name]), description: 'unknown field' });
      if (this.#isFull()) return;
    }
  }

  #judgeScalar(schema: z.core.$ZodType, value: JsonValue | undefined): unknown {
    const scalar = toScalar(value);
    if (scalar === TOO_LONG) {
      this.#add(`must have at most ${MAXIMUM_TEXT_BYTES} bytes`);
      return undefined;
    }
    const parsed = z.safeParse(schema, scalar, { error: describeIssue });
    if (parsed.success) return parsed.data;
    this.#add(parsed.error.issues[0]?.message ?? 'is not valid');
    return undefined;
  }

  #violate(issue: z.core.$ZodRawIssue): void {
    this.#add(describeIssue(issue) ?? 'is not valid');
  }

  #add(description: string): void {
    this.violations.push({ field: formatPath(this.#path) || 'body', description });
  }

  #isFull(): boolean {
    return this.violations.length >= MAXIMUM_VIOLATIONS;
  }
}

const TOO_LONG = Symbol('a text that no envelope has');

/** What a schema of a scalar can tell apart: of a list or an object, only that it is one. */
function toScalar(value: JsonValue | undefined): unknown {
  switch (value?.kind) {
    case 'array':
      return [];
    case 'object':
      return {};
    case 'string':
      return value.readText(MAXIMUM_TEXT_BYTES) ?? TOO_LONG;
    case undefined:
      return undefined;
    default:
      return value?.toJson();
  }
}

/** Of alternatives, the one that was meant: the list where one stands, and what is no list otherwise. */
function chooseAlternative(
  options: readonly z.core.$ZodType[],
  value: JsonValue | undefined,
): z.core.$ZodType {
  const isList = value?.kind === 'array';
  const chosen = options.find(({ _zod }) => (_zod.def.type === 'array') === isList) ?? options[0];
  if (!chosen) throw new TypeError('a schema has no alternative');
  return chosen;
}

/** How long a list may be. */
function lengthsOf({ _zod }: z.core.$ZodArray): { minimum: number; maximum: number } {
  const lengths = { minimum: 0, maximum: Infinity };
  for (const check of _zod.def.checks ?? []) {
    const { def } = (check as z.core.$ZodChecks)._zod;
    if (def.check === 'min_length') lengths.minimum = def.minimum;
    else if (def.check === 'max_length') lengths.maximum = def.maximum;
    else throw new TypeError('what holds for a list as a whole is for bodies that are small');
  }
  return lengths;
}

function isAnything(schema: z.core.$ZodType): boolean {
  return schema._zod.def.type === 'unknown';
}
