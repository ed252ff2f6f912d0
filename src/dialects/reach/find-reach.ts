import { formatPath } from '../../errors/format-path.ts';
import type { FieldViolation } from '../../errors/gateway-error.ts';
import { invalidBody, MAXIMUM_VIOLATIONS } from '../../errors/invalid-body.ts';
import type { ToolName } from '../../governance/tools.ts';
import type { JsonValue } from '../../json/json-value.ts';
import { loopTurns, type Turns } from '../../json/turns.ts';
import type { ToolField } from '../check-tools.ts';
import type { StorageField } from '../storage-fields.ts';
import { googleMessage } from './google-messages.ts';
import { INSTANCE, OWN_DATA } from './media-messages.ts';
import {
  canBeBytes,
  isData,
  looksLikeGooglesStorage,
  looksLikePlace,
  MAXIMUM_ADDRESS_BYTES,
} from './looks-like.ts';
import { defineMessage, plainName, refused, type Message, type Rule } from './rules.ts';

/** All that a body makes Google read, write or call as the gateway, and what of it can't be judged. */
export interface Reach {
  readonly places: readonly StorageField[];
  readonly tools: readonly ToolField[];
  readonly caches: readonly NamedCache[];
  /** Values of the caller's labels, in the order of the body. */
  readonly labels: readonly JsonValue[];
  /** At most ten. */
  readonly violations: readonly FieldViolation[];
}

/** A member that names a context cache. */
export interface NamedCache {
  readonly field: string;
  readonly name: string;
}

/** Gemini takes 3,000 images at the most: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-understanding */
const MAXIMUM_REACHED = 3_000;
/** Tools of which a body has a list. Clients send an empty one where there is none. */
const GIVEN_IN_LISTS: ReadonlySet<ToolName> = new Set<ToolName>(['functionDeclarations', 'mcpServers']);

/** Values that are looked at in one turn of the event loop: less than a millisecond's work. */
const VALUES_IN_A_TURN = 500;

/** More than the scheme of an address has. */
const BEGINNING_BYTES = 64;
const MAXIMUM_TYPE_BYTES = 256;

/** A member or item, and those around it. */
interface Place {
  readonly outer: Place | undefined;
  readonly key: PropertyKey;
}

/** An object or array that is being looked through. */
interface Frame {
  readonly at: Place | undefined;
  readonly children: Iterator<readonly [PropertyKey, JsonValue]>;
  /** Of each child. */
  readonly rule: Rule | ((name: string) => Rule);
  /** The tool that it belongs to. */
  readonly tool: FoundTool | undefined;
}

interface FoundTool extends ToolField {
  readonly sources: { readonly path: readonly PropertyKey[]; readonly name: string }[];
}

/**
 * Looks through a body, member by member, in turns.
 * @throws GatewayError INVALID_REQUEST for more than 3,000 places, tools and their sources together.
 */
export async function findReach(message: Message, body: JsonValue, turns: Turns = loopTurns): Promise<Reach> {
  const search = new Search(message, body);
  while (search.goOn(VALUES_IN_A_TURN)) await turns.next();
  return search.found;
}

class Search {
  readonly #places: StorageField[] = [];
  readonly #tools: FoundTool[] = [];
  readonly #caches: NamedCache[] = [];
  readonly #labels: JsonValue[] = [];
  readonly #violations: FieldViolation[] = [];
  /** From the outside in; as deep as the body is at most. */
  readonly #frames: Frame[] = [];
  #reached = 0;

  constructor(message: Message, body: JsonValue) {
    this.#look({ is: 'message', of: () => message }, body, undefined, undefined);
  }

  get found(): Reach {
    return {
      places: this.#places,
      tools: this.#tools,
      caches: this.#caches,
      labels: this.#labels,
      violations: this.#violations,
    };
  }

  /** Looks at so many values. @returns whether there are more. */
  goOn(count: number): boolean {
    for (let left = count; left > 0; left -= 1) {
      const frame = this.#frames.at(-1);
      if (!frame || this.#violations.length >= MAXIMUM_VIOLATIONS) return false;
      const next = frame.children.next();
      if (next.done) this.#frames.pop();
      else {
        const [key, value] = next.value;
        const rule = typeof frame.rule === 'function' ? frame.rule(String(key)) : frame.rule;
        if (concerns(rule, value)) this.#look(rule, value, { outer: frame.at, key }, frame.tool);
      }
    }
    return true;
  }

  #look(rule: Rule, value: JsonValue, at: Place | undefined, tool: FoundTool | undefined): void {
    switch (rule.is) {
      case 'harmless':
        return;
      case 'refused':
        return this.#refuse(at, rule.why);
      case 'labels':
        if (value.kind === 'object') this.#labels.push(value);
        else this.#refuse(at, 'must be an object');
        return;
      case 'tool': {
        if (GIVEN_IN_LISTS.has(rule.tool) && value.kind === 'array' && value.length === 0) return;
        const found = { path: pathOf(at), tool: rule.tool, sources: [] };
        this.#count();
        this.#tools.push(found);
        if (rule.inner) this.#look({ is: 'message', of: rule.inner }, value, at, found);
        return;
      }
      case 'message':
        return this.#lookInto(rule.of(), value, at, tool);
      default:
        if (value.kind === 'array') this.#enter(value, at, rule, tool);
        else this.#take(rule, value, at, tool);
    }
  }

  #lookInto(message: Message, value: JsonValue, at: Place | undefined, tool: FoundTool | undefined): void {
    if (value.kind === 'array') return this.#enter(value, at, { is: 'message', of: () => message }, tool);
    if (value.kind === 'object') {
      const { rules, others } = message.variant?.(typeOf(value)) ?? message;
      return this.#enter(value, at, (name) => rules.get(plainName(name)) ?? ruleOf(others, name), tool);
    }
    if (value.kind !== 'string') return;
    if (message.text) return this.#look(message.text, value, at, tool);
    this.#judgeByLooks(message.others, value, at);
  }

  #enter(value: JsonValue, at: Place | undefined, rule: Frame['rule'], tool: FoundTool | undefined): void {
    this.#frames.push({ at, children: childrenOf(value), rule, tool });
  }

  /** A text that isn't known to be one. */
  #judgeByLooks(others: Message['others'], value: JsonValue, at: Place | undefined): void {
    const text = value.readText(MAXIMUM_ADDRESS_BYTES);
    if (text === undefined) return;
    if (others === 'own') {
      if (looksLikeGooglesStorage(text)) this.#addPlace(at, 'inputs', text);
    } else if (looksLikePlace(text)) {
      if (others === 'input') this.#addPlace(at, 'inputs', text);
      else this.#refuse(at, 'looks like a place, and the gateway does not know the member');
    }
  }

  #take(
    rule: Exclude<Rule, { is: 'harmless' | 'refused' | 'labels' | 'tool' | 'message' }>,
    value: JsonValue,
    at: Place | undefined,
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

  #addPlace(at: Place | undefined, use: StorageField['use'], uri: string): void {
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

  #refuse(at: Place | undefined, description: string): void {
    this.#violations.push({ field: formatPath(pathOf(at)) || 'body', description });
  }
}

function* childrenOf(value: JsonValue): Generator<readonly [PropertyKey, JsonValue]> {
  if (value.kind === 'array') {
    let index = 0;
    for (const item of value.items()) {
      yield [index, item];
      index += 1;
    }
  } else for (const [name, member] of value.members()) yield [name, member];
}

/**
 * Whether a value has to be looked at. Null is nothing, wherever it stands, and a number has no members:
 * https://protobuf.dev/programming-guides/json/
 */
function concerns(rule: Rule, { kind }: JsonValue): boolean {
  if (rule.is === 'harmless' || kind === 'null') return false;
  return rule.is !== 'message' || (kind !== 'number' && kind !== 'boolean');
}

function typeOf(value: JsonValue): string | undefined {
  return value.member('type')?.readText(MAXIMUM_TYPE_BYTES);
}

/** What stands in a member that isn't listed, and everything in that. */
const UNLISTED: Rule = { is: 'message', of: () => NOTHING_LISTED };
const NOTHING_LISTED = defineMessage({});
const INPUT_DATA: Rule = { is: 'message', of: () => INSTANCE };
const OWN: Rule = { is: 'message', of: () => OWN_DATA };
const UNKNOWN_TOOL = refused('is a tool that the gateway does not know');
const MISPLACED_CACHE = refused('is called as a context cache, and the gateway does not know the member');
const MISPLACED_TOOL = refused('is called as a tool, and the gateway does not know the member');

function ruleOf(others: Message['others'], name: string): Rule {
  switch (others) {
    case 'tool':
      return UNKNOWN_TOOL;
    case 'own':
      return OWN;
    case 'input':
      return misplaced(name) ?? INPUT_DATA;
    case 'unlisted':
      return misplaced(name) ?? UNLISTED;
  }
}

/** What is called as Google calls tools and context caches, where nobody knows that there can be any. */
function misplaced(name: string): Rule | undefined {
  const plain = plainName(name);
  if (plain === 'cachedcontent') return MISPLACED_CACHE;
  return plain === 'tools' || googleMessage('Tool').rules.has(plain) ? MISPLACED_TOOL : undefined;
}

function isContent(value: JsonValue, or: 'data' | 'bytes'): boolean {
  const beginning = beginningOf(value);
  return isData(beginning) || (or === 'bytes' && canBeBytes(beginning));
}

/** Some first characters of a text, which may be long. Escapes are left as they are: no content needs any there. */
function beginningOf(value: JsonValue): string {
  return value.body.toString(
    'latin1',
    value.start + 1,
    Math.min(value.end - 1, value.start + 1 + BEGINNING_BYTES),
  );
}

function pathOf(at: Place | undefined): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (let place = at; place; place = place.outer) path.push(place.key);
  return path.reverse();
}
