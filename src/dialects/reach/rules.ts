import type { ToolName } from '../../governance/tools.ts';
import type { JsonValue } from '../../json/json-value.ts';

/** The judgement of a member of a body by what it can make Google read, write or call as the gateway. */
export type Rule =
  | HarmlessRule
  | PlaceRule
  | { readonly is: 'source' | 'cache' | 'labels' }
  | { readonly is: 'trimmed'; readonly without: string }
  | { readonly is: 'tool'; readonly tool: ToolName; readonly inner?: () => Message }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'message'; readonly of: () => Message };

/** The member is not inspected: a text, a number, a choice, or data that only models and functions read. */
interface HarmlessRule {
  readonly is: 'harmless';
  /** The reason, for a member whose name looks like that of a place. */
  readonly why?: string;
}

interface PlaceRule {
  readonly is: 'place';
  readonly use: 'inputs' | 'outputs';
  /** The content itself may stand here instead: `data` allows an address of the scheme `data:`, `bytes` also base64. */
  readonly or?: 'data' | 'bytes';
}

/** The rules for the members of an object. For a list in place of the object, they apply to each item. */
export interface Message {
  /** The rules by plain name, as `plainName` gives it, and by the name as it is documented. */
  readonly rules: ReadonlyMap<string, Rule>;
  /**
   * The rule for members that aren't listed. `unlisted` refuses one that looks like a place, a tool or a context cache.
   * `input` takes one that looks like a place as an input. `container` does so for Google's own storage only: a custom
   * container may read anything else. `tool` refuses all.
   */
  readonly others: 'unlisted' | 'input' | 'container' | 'tool';
  /** The rule for a text in place of the object; that of `others` when left out. */
  readonly text?: Rule;
  /** Chooses the rules of an object by its member `type`. */
  readonly variant?: (type: string | undefined) => Message | undefined;
}

/** Rules by the member's name, in any spelling. */
export type Members = Readonly<Record<string, Rule>>;

/** Normalizes a member's name: lowerCamelCase, snake_case and other spellings of the same letters become one. */
export function plainName(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}

/** Makes the rules of an object; members that aren't listed are `unlisted` when `others` is left out. */
export function defineMessage(members: Members, more: Partial<Omit<Message, 'rules'>> = {}): Message {
  return {
    rules: new Map(
      Object.entries(members).flatMap(([name, rule]) => [
        [name, rule],
        [plainName(name), rule],
      ]),
    ),
    others: 'unlisted',
    ...more,
  };
}

/** Rules for members that are not inspected. @param names the members' names, separated by white space. */
export function harmless(names: string): Members {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, { is: 'harmless' } as const]),
  );
}

/** Returns the rule for a member that is not inspected although its name looks like that of a place. */
export function harmlessBecause(why: string): Rule {
  return { is: 'harmless', why };
}

/** Returns the rule for a member that is refused. @param why the description of the violation. */
export function refused(why: string): Rule {
  return { is: 'refused', why };
}

/** Returns the rule for a member that is inspected by the rules of another object. */
export function messageRule(message: Message): Rule {
  return { is: 'message', of: () => message };
}

/** Returns the rule for a member that gives the model a tool. @param inner the rules of the tool's own members. */
export function toolOf(tool: ToolName, inner?: () => Message): Rule {
  return { is: 'tool', tool, ...(inner && { inner }) };
}

/** A place that Google reads. */
export const INPUT: Rule = { is: 'place', use: 'inputs' };
/** A place that Google reads, or the content as an address of the scheme `data:`. */
export const INPUT_OR_DATA: Rule = { is: 'place', use: 'inputs', or: 'data' };
/** The same, or the content in base64. */
export const INPUT_OR_BYTES: Rule = { is: 'place', use: 'inputs', or: 'bytes' };
/** A place that Google writes to. */
export const OUTPUT: Rule = { is: 'place', use: 'outputs' };
/** The full name of a resource, or an address, that the surrounding tool reaches. */
export const SOURCE: Rule = { is: 'source' };
/** Returns the rule for an object that is sent without one of its members. */
export function trimmed(without: string): Rule {
  return { is: 'trimmed', without };
}

/** The name of a context cache. */
export const CACHE: Rule = { is: 'cache' };
/** The caller's labels, which are emptied. */
export const LABELS: Rule = { is: 'labels' };

/** A bound that no real address reaches, in bytes of JSON. */
export const MAXIMUM_ADDRESS_BYTES = 16_384;

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
/** Matches also names with spaces in them, which objects may have. */
const BUCKET_OR_TABLE = /^(?:gs|bq):\/\//i;
/** Matches the same only with a file extension at the end, to tell names with spaces from sentences. */
const FILE_IN_BUCKET = /^gs:\/\/.*\.\w{1,10}$/i;
/**
 * Every host of Cloud Storage, in every spelling that readers of addresses accept.
 * https://cloud.google.com/storage/docs/request-endpoints
 */
const GOOGLES_STORAGE = new RegExp(
  String.raw`^(?:https?:)?[\\/]{2}(?:[^\s\\/?#]*[.@])?` +
    String.raw`(?:(?:commondata)?storage(?:\.[a-z0-9-]+){0,3}\.googleapis\.com|storage\.cloud\.google\.com|` +
    String.raw`www\.googleapis\.com(?=/(?:download/|(?:resumable/)?upload/)?storage/|/batch/storage/))\.?(?:[:\\/?#]|$)`,
  'i',
);
const BASE64 = /^(?:$|(?:[\w+=-]|\\?\/)(?:[\w+/=\s-]|\\(?:[nrt/]|$))*$)/;
/** Enough bytes to recognize the scheme of an address. */
const BEGINNING_BYTES = 64;

/**
 * True for a text that begins as a place in Cloud Storage or BigQuery, or that is a single word: an address with a scheme,
 * or a full resource name of Google's (https://google.aip.dev/122).
 */
export function looksLikePlace(text: string): boolean {
  if (BUCKET_OR_TABLE.test(text.trim())) return true;
  const word = onlyWord(text);
  return word !== undefined && (SCHEME.test(word) || /^\/\/\w|^projects\/[^/]+\/./.test(word));
}

/** True for a text that is a place in Cloud Storage or BigQuery, and nothing else. */
export function looksLikeGooglesStorage(text: string): boolean {
  if (FILE_IN_BUCKET.test(text.trim())) return true;
  const word = onlyWord(text);
  return word !== undefined && (BUCKET_OR_TABLE.test(word) || GOOGLES_STORAGE.test(word));
}

/** True for a text that is the content itself, in place of its address: `data:` (RFC 2397), or base64 where that may stand. */
export function isContent(text: JsonValue, or: 'data' | 'bytes'): boolean {
  const { body, start, end } = text;
  // The first characters, as JSON writes them: content needs no escapes there, and has no space before it.
  const beginning = body.toString('latin1', start + 1, Math.min(end - 1, start + 1 + BEGINNING_BYTES));
  return /^data:/i.test(beginning) || (or === 'bytes' && BASE64.test(beginning));
}

/** Readers of addresses ignore white space around them. */
function onlyWord(text: string): string | undefined {
  const word = text.trim();
  return /\s/.test(word) ? undefined : word;
}
