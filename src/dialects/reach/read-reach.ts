import { formatPath } from '../../errors/format-path.ts';
import type { FieldViolation } from '../../errors/gateway-error.ts';
import { invalidBody, MAXIMUM_VIOLATIONS } from '../../errors/invalid-body.ts';
import type { AuthorizedCall } from '../../governance/decide.ts';
import type { ToolName } from '../../governance/tools.ts';
import { editObject } from '../../json/edit-json.ts';
import type { JsonChildren, JsonValue } from '../../json/json-value.ts';
import { readJson } from '../../json/read-json.ts';
import { loopTurns, type Turns } from '../../json/turns.ts';
import { checkTools, type ToolField } from '../check-tools.ts';
import { checkPlaces, type StorageField } from '../storage-fields.ts';
import { googleMessage } from './google-messages.ts';
import { CONTAINER_DATA, INSTANCE } from './media-messages.ts';
import type { NamedCache, Reach, ReachingBody, TrimmedObject } from './reach.ts';
import {
  defineMessage,
  isContent,
  looksLikeGooglesStorage,
  looksLikePlace,
  MAXIMUM_ADDRESS_BYTES,
  plainName,
  refused,
  type Message,
  type Rule,
} from './rules.ts';

/** Gemini takes 3,000 images at the most: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-understanding */
const MAXIMUM_REACHED = 3_000;
/** Tools that a body has in lists. Clients send an empty list for none. */
const GIVEN_IN_LISTS: ReadonlySet<ToolName> = new Set<ToolName>(['functionDeclarations', 'mcpServers']);

/** The number of values inspected in one turn of the event loop: less than a millisecond's work. */
const VALUES_IN_A_TURN = 500;
const MAXIMUM_TYPE_BYTES = 256;

/** The rule of a member that isn't listed applies to everything in it, too. */
const UNLISTED: Rule = { is: 'message', of: () => NOTHING_LISTED };
const NOTHING_LISTED = defineMessage({});
const INPUT_MEMBER: Rule = { is: 'message', of: () => INSTANCE };
const CONTAINER_MEMBER: Rule = { is: 'message', of: () => CONTAINER_DATA };
const UNKNOWN_TOOL = refused('is not a tool that the gateway knows');
const MISPLACED_CACHE = refused('has the name of a context cache where none is expected');
const MISPLACED_TOOL = refused('has the name of a tool where none is expected');

/**
 * Inspects a body for its reach. Refusals are left to `check`, so that a caller without a grant learns nothing from them.
 * @param message the rules for the body; undefined for one that can reach nothing.
 * @throws GatewayError INVALID_REQUEST for more than 3,000 places, tools and their sources together.
 */
export async function readReach(message: Message | undefined, json: JsonValue): Promise<ReachingBody> {
  if (!message) return { json, caches: [], tools: [], check: () => undefined };
  const reach = await findReach(message, json);
  return {
    json: reach.trimmed.length > 0 ? await trim(json, reach.trimmed) : json,
    caches: reach.caches,
    tools: reach.tools,
    check: (call) => check(call, reach),
  };
}

function check(
  call: Pick<AuthorizedCall, 'judgePlace' | 'judgeTool'>,
  { violations, places, tools }: Reach,
): void {
  if (violations.length > 0) throw invalidBody(violations);
  if (places.length > 0) checkPlaces(call, places);
  if (tools.length > 0) checkTools(call, tools);
}

/** Each object becomes shorter and is followed by spaces, so that every other byte keeps its position. */
async function trim({ body }: JsonValue, objects: readonly TrimmedObject[]): Promise<JsonValue> {
  const blank = Buffer.from(body);
  for (const { object, without } of objects) {
    const left = without === undefined ? Buffer.from('{}') : editObject(object, { [without]: undefined });
    blank.fill(' ', object.start, object.end).set(left, object.start);
  }
  return readJson(blank);
}

/** The position of a member or item, linked to the position around it. */
interface Position {
  readonly outer: Position | undefined;
  readonly key: PropertyKey;
}

/** An object or array that is being inspected. */
interface Frame {
  readonly at: Position | undefined;
  readonly children: JsonChildren;
  /** The rule of each item; for an object, a function that gives it by the member's name. */
  readonly rule: Rule | ((name: string) => Rule);
  /** The tool that the object or array configures. */
  readonly tool: FoundTool | undefined;
}

interface FoundTool extends ToolField {
  readonly sources: { readonly path: readonly PropertyKey[]; readonly name: string }[];
}

/**
 * Inspects a body value by value, in turns of the event loop, and stops after ten violations.
 * @param message the rules of the outermost object.
 * @throws GatewayError INVALID_REQUEST for more than 3,000 places, tools and their sources together.
 */
export async function findReach(message: Message, body: JsonValue, turns: Turns = loopTurns): Promise<Reach> {
  const search = new Search(message, body);
  while (search.advance(VALUES_IN_A_TURN)) await turns.next();
  return search.found;
}

class Search {
  readonly #places: StorageField[] = [];
  readonly #tools: FoundTool[] = [];
  readonly #caches: NamedCache[] = [];
  readonly #trimmed: TrimmedObject[] = [];
  readonly #violations: FieldViolation[] = [];
  /** A stack: the innermost is the last. */
  readonly #frames: Frame[] = [];
  #reached = 0;

  constructor(message: Message, body: JsonValue) {
    this.#inspect({ is: 'message', of: () => message }, body, undefined, undefined);
  }

  get found(): Reach {
    return {
      places: this.#places,
      tools: this.#tools,
      caches: this.#caches,
      trimmed: this.#trimmed,
      violations: this.#violations,
    };
  }

  /** Inspects up to `count` values. @returns true while there are more. */
  advance(count: number): boolean {
    for (let left = count; left > 0; left -= 1) {
      const frame = this.#frames.at(-1);
      if (!frame || this.#violations.length >= MAXIMUM_VIOLATIONS) return false;
      const { children } = frame;
      if (!children.next()) {
        this.#frames.pop();
        continue;
      }
      if (typeof frame.rule === 'function') {
        const { name } = children;
        this.#inspectChild(frame, name, frame.rule(name));
      } else this.#inspectChild(frame, children.position, frame.rule);
    }
    return true;
  }

  #inspectChild({ at, children, tool }: Frame, key: PropertyKey, rule: Rule): void {
    if (rule.is === 'harmless') return;
    const { value } = children;
    if (mayReach(rule, value)) this.#inspect(rule, value, { outer: at, key }, tool);
  }

  #inspect(rule: Rule, value: JsonValue, at: Position | undefined, tool: FoundTool | undefined): void {
    switch (rule.is) {
      case 'harmless':
        return;
      case 'refused':
        return this.#refuse(at, rule.why);
      case 'labels':
        if (value.kind === 'object') this.#trimmed.push({ object: value });
        else this.#refuse(at, 'must be an object');
        return;
      case 'trimmed':
        if (value.member(rule.without)) this.#trimmed.push({ object: value, without: rule.without });
        return;
      case 'tool': {
        if (GIVEN_IN_LISTS.has(rule.tool) && value.kind === 'array' && value.length === 0) return;
        const found = { path: pathOf(at), tool: rule.tool, sources: [] };
        this.#count();
        this.#tools.push(found);
        if (rule.inner) this.#inspect({ is: 'message', of: rule.inner }, value, at, found);
        return;
      }
      case 'message':
        return this.#inspectMessage(rule.of(), value, at, tool);
      default:
        if (value.kind === 'array') this.#enter(value, at, rule, tool);
        else this.#addNamed(rule, value, at, tool);
    }
  }

  #inspectMessage(
    message: Message,
    value: JsonValue,
    at: Position | undefined,
    tool: FoundTool | undefined,
  ): void {
    if (value.kind === 'array') return this.#enter(value, at, { is: 'message', of: () => message }, tool);
    if (value.kind === 'object') {
      const { rules, others } = message.variant?.(typeOf(value)) ?? message;
      return this.#enter(
        value,
        at,
        (name) => rules.get(name) ?? rules.get(plainName(name)) ?? ruleForUnlisted(others, name),
        tool,
      );
    }
    if (value.kind !== 'string') return;
    if (message.text) return this.#inspect(message.text, value, at, tool);
    this.#inspectUnknownText(message.others, value, at);
  }

  #enter(value: JsonValue, at: Position | undefined, rule: Frame['rule'], tool: FoundTool | undefined): void {
    this.#frames.push({ at, children: value.children(), rule, tool });
  }

  /** A text in a member without a rule is judged by its form. */
  #inspectUnknownText(others: Message['others'], value: JsonValue, at: Position | undefined): void {
    const text = value.readText(MAXIMUM_ADDRESS_BYTES);
    if (text === undefined) return;
    if (others === 'container') {
      if (looksLikeGooglesStorage(text)) this.#addPlace(at, 'inputs', text);
    } else if (looksLikePlace(text)) {
      if (others === 'input') this.#addPlace(at, 'inputs', text);
      else this.#refuse(at, 'is not a member that the gateway knows, and its value looks like an address');
    }
  }

  /** Adds the place, cache or source that a text names. */
  #addNamed(
    rule: Exclude<Rule, { is: 'harmless' | 'refused' | 'labels' | 'trimmed' | 'tool' | 'message' }>,
    value: JsonValue,
    at: Position | undefined,
    tool: FoundTool | undefined,
  ): void {
    if (value.kind !== 'string') return this.#refuse(at, 'must be a text');
    if (rule.is === 'place' && rule.or && isContent(value, rule.or)) return;
    const text = value.readText(MAXIMUM_ADDRESS_BYTES);
    if (text === undefined) return this.#refuse(at, 'is too long for a name or an address');
    if (rule.is === 'place') this.#addPlace(at, rule.use, text);
    else if (rule.is === 'cache') this.#caches.push({ field: formatPath(pathOf(at)), name: text });
    else {
      this.#count();
      tool?.sources.push({ path: pathOf(at), name: text });
    }
  }

  #addPlace(at: Position | undefined, use: StorageField['use'], uri: string): void {
    this.#count();
    this.#places.push({ path: pathOf(at), use, uri });
  }

  #count(): void {
    this.#reached += 1;
    if (this.#reached <= MAXIMUM_REACHED) return;
    throw invalidBody([
      { field: 'body', description: `must name at most ${MAXIMUM_REACHED} places, tools and their sources` },
    ]);
  }

  #refuse(at: Position | undefined, description: string): void {
    this.#violations.push({ field: formatPath(pathOf(at)) || 'body', description });
  }
}

/**
 * True for a value that must be inspected. Null stands for an absent member, and numbers and booleans have no members:
 * https://protobuf.dev/programming-guides/json/
 */
function mayReach(rule: Rule, { kind }: JsonValue): boolean {
  if (kind === 'null') return false;
  return rule.is !== 'message' || (kind !== 'number' && kind !== 'boolean');
}

function typeOf(value: JsonValue): string | undefined {
  return value.member('type')?.readText(MAXIMUM_TYPE_BYTES);
}

function pathOf(at: Position | undefined): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (let position = at; position; position = position.outer) path.push(position.key);
  return path.reverse();
}

/** Returns the rule for a member of an object whose rules don't list it. */
function ruleForUnlisted(others: Message['others'], name: string): Rule {
  switch (others) {
    case 'tool':
      return UNKNOWN_TOOL;
    case 'container':
      return CONTAINER_MEMBER;
    case 'input':
      return misplaced(name) ?? INPUT_MEMBER;
    case 'unlisted':
      return misplaced(name) ?? UNLISTED;
  }
}

/** Refuses Google's names of tools and context caches in places where Google documents none. */
function misplaced(name: string): Rule | undefined {
  const plain = plainName(name);
  if (plain === 'cachedcontent') return MISPLACED_CACHE;
  return plain === 'tools' || googleMessage('Tool').rules.has(plain) ? MISPLACED_TOOL : undefined;
}
