import { z } from 'zod';
import { describeIssue } from '../errors/describe-issue.ts';
import { formatPath } from '../errors/format-path.ts';
import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody, MAXIMUM_VIOLATIONS } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';
import { emptyObject } from '../json/read-json.ts';
import { loopTurns, type Turns } from '../json/turns.ts';
import { type Envelope, envelopeOf, type ListEnvelope, type ObjectEnvelope } from './envelope.ts';

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
  const scalars = judge.visit(envelopeOf(schema), body ?? emptyObject);
  while (judge.goOn(PIECE_VALUES)) await turns.next();
  if (judge.violations.length > 0) throw invalidBody(judge.violations);
  return scalars as Scalars<z.infer<Schema>>;
}

/** A list whose items are judged later. */
interface OpenList {
  readonly items: Iterator<JsonValue>;
  readonly element: Envelope;
  /** Its own, with the index of the next item behind it. */
  readonly path: PropertyKey[];
  next: number;
}

class Judge {
  readonly violations: FieldViolation[] = [];
  /** The innermost is the last. */
  readonly #lists: OpenList[] = [];
  #path: PropertyKey[] = [];

  /** Judges so many items of lists at the most. @returns whether there are more. */
  goOn(count: number): boolean {
    for (let left = count; left > 0; left -= 1) {
      const list = this.#lists.at(-1);
      if (!list || this.#isFull()) return false;
      const item = list.items.next();
      if (item.done) {
        this.#lists.pop();
        continue;
      }
      this.#path = list.path;
      this.#path[this.#path.length - 1] = list.next;
      list.next += 1;
      this.visit(list.element, item.value);
    }
    return true;
  }

  /** Judges a value, but for the items of lists in it. @returns it, where it is neither a list nor an object. */
  visit(envelope: Envelope, value: JsonValue | undefined): unknown {
    switch (envelope.kind) {
      case 'anything':
        return undefined;
      case 'optional':
        return value && this.visit(envelope.inner, value);
      case 'nullable':
        return value?.kind === 'null' ? null : this.visit(envelope.inner, value);
      case 'either':
        return this.visit(value?.kind === 'array' ? envelope.list : envelope.other, value);
      case 'list':
        if (value?.kind === 'array') this.#openList(envelope, value);
        else this.#judgeScalar(envelope.schema, value);
        return undefined;
      case 'object':
        if (value?.kind === 'object') return this.#visitMembers(envelope, value);
        return this.#judgeScalar(envelope.schema, value);
      case 'scalar':
        if (envelope.isAnyText && value?.kind === 'string') return this.#readText(value);
        return this.#judgeScalar(envelope.schema, value);
    }
  }

  #openList({ element, minimum, maximum }: ListEnvelope, list: JsonValue): void {
    const { length } = list;
    if (length < minimum)
      this.#violate({ code: 'too_small', origin: 'array', minimum, input: undefined, inclusive: true });
    if (length > maximum)
      this.#violate({ code: 'too_big', origin: 'array', maximum, input: undefined, inclusive: true });
    else if (element.kind !== 'anything')
      this.#lists.push({ items: list.items(), element, path: [...this.#path, 0], next: 0 });
  }

  #visitMembers({ members, names, isStrict }: ObjectEnvelope, object: JsonValue): object {
    const scalars: Record<string, unknown> = {};
    for (const [name, member] of members) {
      this.#path.push(name);
      const scalar = this.visit(member, object.member(name));
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

  #judgeScalar(schema: z.core.$ZodType, value: JsonValue | undefined): unknown {
    const scalar = this.#toScalar(value);
    if (value?.kind === 'string' && scalar === undefined) return undefined;
    const parsed = z.safeParse(schema, scalar, { error: describeIssue });
    if (parsed.success) return parsed.data;
    this.#add(parsed.error.issues[0]?.message ?? 'is not valid');
    return undefined;
  }

  /** What a schema of a scalar can tell apart: of a list or an object, only that it is one. */
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

  #violate(issue: z.core.$ZodRawIssue): void {
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
