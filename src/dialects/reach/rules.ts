import type { ToolName } from '../../governance/tools.ts';

/** What a member of a body means for what Google reads, writes or calls as the gateway. */
export type Rule =
  | HarmlessRule
  | PlaceRule
  | { readonly is: 'source' | 'cache' | 'labels' }
  | { readonly is: 'tool'; readonly tool: ToolName; readonly inner?: () => Message }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'message'; readonly of: () => Message };

/** Nothing in it is looked at: text, numbers, choices, and data that models and functions alone read. */
interface HarmlessRule {
  readonly is: 'harmless';
  /** Why, where its name looks like that of a place. */
  readonly why?: string;
}

interface PlaceRule {
  readonly is: 'place';
  readonly use: 'inputs' | 'outputs';
  /** The content itself may stand in place of the place: a `data:` address, or `bytes` in base64 as well. */
  readonly or?: 'data' | 'bytes';
}

/** How the members of an object are judged. Where a list stands in place of an object, each of its items is judged so. */
export interface Message {
  /** By plain name. */
  readonly rules: ReadonlyMap<string, Rule>;
  /**
   * What a member is that isn't listed. `unlisted`: refused where it looks like a place or a tool. `input`: a place that is
   * read, where it looks like one. `own`: the same, but only Google's own storage looks like a place: what else a
   * container of one's own is sent is its business. `tool`: refused.
   */
  readonly others: 'unlisted' | 'input' | 'own' | 'tool';
  /** What a text in place of the object is; an unlisted member when left out. */
  readonly text?: Rule;
  /** Which other message an object is, by its `type`. */
  readonly variant?: (type: string | undefined) => Message | undefined;
}

export type Members = Readonly<Record<string, Rule>>;

/** Both spellings that protobuf's JSON has for a name, and all that only case and underscores tell apart from them. */
export function plainName(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}

export function defineMessage(members: Members, more: Partial<Omit<Message, 'rules'>> = {}): Message {
  return {
    rules: new Map(Object.entries(members).map(([name, rule]) => [plainName(name), rule])),
    others: 'unlisted',
    ...more,
  };
}

/** Members in which nothing is looked at. */
export function harmless(...names: readonly string[]): Members {
  return Object.fromEntries(names.map((name) => [name, { is: 'harmless' } as const]));
}

/** @param why what its name looks like can't be reached by it. */
export function harmlessBecause(why: string): Rule {
  return { is: 'harmless', why };
}

export function refused(why: string): Rule {
  return { is: 'refused', why };
}

export function toolOf(tool: ToolName, inner?: () => Message): Rule {
  return { is: 'tool', tool, ...(inner && { inner }) };
}

export const INPUT: Rule = { is: 'place', use: 'inputs' };
export const INPUT_OR_DATA: Rule = { is: 'place', use: 'inputs', or: 'data' };
export const INPUT_OR_BYTES: Rule = { is: 'place', use: 'inputs', or: 'bytes' };
export const OUTPUT: Rule = { is: 'place', use: 'outputs' };
/** The full resource name or address of what the tool around it reaches. */
export const SOURCE: Rule = { is: 'source' };
/** A context cache, which must be of the caller's team. */
export const CACHE: Rule = { is: 'cache' };
export const LABELS: Rule = { is: 'labels' };
