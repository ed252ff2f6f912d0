import { editRanges, type RangeEdit, writeText } from '../json/edit-json.ts';
import type { Medium } from '../governance/protection-plan.ts';
import type { JsonChildren, JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import { readLongText } from '../json/read-long-text.ts';
import {
  beginningOf,
  beginsAsText,
  decodeBase64,
  decodeEachByte,
  decodeText,
  encodeLike,
  isInAlphabet,
  type DecodedText,
  type Spend,
} from './base64.ts';
import type { MessageText } from './cut-values.ts';
import type { ContentInspection } from './content-inspection.ts';
import { isTextType, isUnknownType, mediumOfBytes, mediumOfName, mediumOfType } from './media-types.ts';
import { contextOf, isContainersOwn, isFixedName, isShapedByCaller, plainName } from './member-names.ts';
import { decodePercents } from './percents.ts';
import type { Place, Position } from './place.ts';

/** The texts that are read within a text: JSON in a text, base64 in that, and so on. */
const MAXIMUM_WITHIN = 4;
/** The fewest digits of a number that is inspected: in what the caller shapes, and elsewhere, where most are limits. */
const MINIMUM_DIGITS = { shaped: 7, other: 14 };
const MAXIMUM_TYPE_BYTES = 256;

/** Writes the changed text in place of one that was inspected. It is asked once all texts of the body are inspected. */
export type Rewrite = () => Promise<string>;

/** Writes the changed bytes in place of a file that was inspected, as `Rewrite` does. */
type RewriteFile = () => Promise<Uint8Array>;

/** The use that is made of a body's texts. */
export interface TextUse {
  readonly inspection: ContentInspection;
  /** True for a request; an answer's fixed members are the model's own words, and stay uninspected. */
  readonly inspectsFixed: boolean;
  /** Sees each text, and each name of a member, before it is inspected. */
  readonly see: (text: string) => Promise<void> | undefined;
  /** The plain names of members that are emptied, since they would tell a replaced value in pieces. */
  readonly dropped?: ReadonlySet<string>;
  /** Finds what changes in a text: undefined when nothing does. @throws GatewayError CONTENT_BLOCKED. */
  readonly rewrite: (text: string, place: Place) => Promise<Rewrite | undefined>;
  /** Finds what changes in texts that follow each other and have values cut over them, by the number of the text. */
  readonly rewriteCut?: (texts: readonly MessageText[]) => Promise<ReadonlyMap<number, Rewrite>>;
}

interface Frame {
  readonly at: Position | undefined;
  readonly container: JsonValue;
  /** The object or array around the container; undefined for the outermost. */
  readonly outer: JsonValue | undefined;
  readonly children: JsonChildren;
  readonly isObject: boolean;
  /** The name, and the plain name, of the nearest member around it. */
  readonly name: string;
  readonly plain: string;
  /** True in what the caller shapes, where no name has a meaning of the API. */
  readonly isShaped: boolean;
}

/** The types that an object claims: that of the bytes in it, and its own as a part of a message. */
interface Types {
  readonly media: string | undefined;
  readonly part: string | undefined;
}

/** The member or item that a value is. */
interface Leaf extends Frame {
  readonly value: JsonValue;
}

/**
 * Inspects every text in a JSON value at any depth, and the numbers that are long enough to be somebody's. Names of members
 * are never changed. Other calls get their turn while a long value is inspected.
 * @param without the starts of the texts that are left out.
 * @returns the edits of the text that the value is in, in order.
 */
export async function inspectJson(
  root: JsonValue,
  use: TextUse,
  without: ReadonlySet<number> = NONE,
): Promise<readonly RangeEdit[]> {
  const isShaped = root.kind === 'object' && isContainersOwn((name) => root.member(name) !== undefined);
  return new JsonInspection(use, without).inspect(root, undefined, isShaped, 0);
}

/** Inspects a text that stands alone. @returns undefined when nothing changes. */
export async function inspectText(text: string, use: TextUse): Promise<Rewrite | undefined> {
  return new JsonInspection(use).inspectText(text, OUTERMOST, 0);
}

/** Inspects the bytes of a body that is no JSON. @returns the changed bytes; undefined when nothing changes. */
export async function inspectBytes(
  bytes: Uint8Array,
  contentType: string,
  use: TextUse,
): Promise<RewriteFile | undefined> {
  return new JsonInspection(use).inspectFile(bytes, contentType, OUTERMOST, 0);
}

/** Inspects a text outside a body, such as one of the query, which cannot be changed. */
export async function inspectFixed(text: string, at: Position, use: TextUse): Promise<void> {
  await new JsonInspection(use).inspectText(text, { at, context: '', isFixed: true }, 0);
}

const NONE: ReadonlySet<number> = new Set();
const OUTERMOST: Place = { at: undefined, context: '', isFixed: false };

class JsonInspection {
  readonly #use: TextUse;
  readonly #types = new WeakMap<JsonValue, Types>();

  readonly #without: ReadonlySet<number>;
  readonly #spend: Spend;

  constructor(use: TextUse, without: ReadonlySet<number> = NONE) {
    this.#use = use;
    this.#spend = (units) => use.inspection.spend(units);
    this.#without = without;
  }

  async inspect(
    root: JsonValue,
    at: Position | undefined,
    isShaped: boolean,
    within: number,
  ): Promise<readonly RangeEdit[]> {
    const edits: RangeEdit[] = [];
    const spoken: (MessageText & { readonly value: JsonValue })[] = [];
    const frames: Frame[] = [];
    const visit = async (leaf: Leaf): Promise<void> => {
      const { value } = leaf;
      const { kind } = value;
      if (this.#isDropped(leaf)) edits.push({ start: value.start, end: value.end, write: () => 'null' });
      else if (kind === 'object' || kind === 'array')
        frames.push({
          ...leaf,
          container: value,
          outer: leaf.container,
          children: value.children(),
          isObject: kind === 'object',
        });
      else if (kind === 'string' || kind === 'number') {
        if (within === 0 && this.#use.rewriteCut && isSpoken(leaf)) {
          const text = value.readText(Infinity) ?? '';
          if (text !== '') spoken.push({ text, place: this.#placeOf(leaf, text), value });
        }
        const rewrite =
          kind === 'string' ? await this.#inspectString(leaf, within) : await this.#inspectNumber(leaf);
        if (rewrite)
          edits.push({
            start: value.start,
            end: value.end,
            write: async () => writeText(await rewrite()),
          });
      }
    };
    const children = root.children();
    await visit({
      at,
      value: root,
      container: root,
      outer: undefined,
      children,
      isObject: false,
      name: '',
      plain: '',
      isShaped,
    });
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      if (!frame.children.next()) {
        frames.pop();
        continue;
      }
      const pending = this.#use.inspection.spend(UNITS_OF_A_VALUE);
      if (pending) await pending;
      const child = this.#childOf(frame);
      const seeing = frame.isObject ? this.#use.see(child.name) : undefined;
      if (seeing) await seeing;
      await visit(child);
    }
    return this.#withCut(edits, spoken);
  }

  /** Adds the edits of values that are cut over texts, in place of those that the texts alone need. */
  async #withCut(
    edits: RangeEdit[],
    spoken: readonly (MessageText & { readonly value: JsonValue })[],
  ): Promise<RangeEdit[]> {
    if (spoken.length < 2) return edits;
    const cut = await this.#use.rewriteCut?.(spoken);
    if (!cut || cut.size === 0) return edits;
    const changed = [...cut].flatMap(([index, rewrite]) => {
      const value = spoken[index]?.value;
      return value
        ? [{ start: value.start, end: value.end, write: async () => writeText(await rewrite()) }]
        : [];
    });
    const starts = new Set(changed.map(({ start }) => start));
    return [...edits.filter(({ start }) => !starts.has(start)), ...changed].sort((a, b) => a.start - b.start);
  }

  #isDropped({ plain, isShaped, value: { kind } }: Leaf): boolean {
    return !isShaped && (kind === 'object' || kind === 'array') && this.#use.dropped?.has(plain) === true;
  }

  #childOf(frame: Frame): Leaf {
    const { at, children, isObject } = frame;
    const { value } = children;
    if (!isObject) return { ...frame, at: { outer: at, key: children.position }, value };
    const { name } = children;
    const plain = plainName(name);
    const isShaped = frame.isShaped || isShapedByCaller(plain, at === undefined);
    return { ...frame, at: { outer: at, key: name }, value, name, plain, isShaped };
  }

  #placeOf({ at, name, plain, isShaped }: Leaf, text: string): Place {
    return {
      at,
      context: isShaped ? contextOf(name, plain) : '',
      isFixed: (!isShaped && isFixedName(plain)) || /^(?:gs|bq):\/\//i.test(text.trimStart().slice(0, 5)),
    };
  }

  async #inspectNumber(leaf: Leaf): Promise<Rewrite | undefined> {
    const { value, isShaped } = leaf;
    const length = value.end - value.start;
    if (length < (isShaped ? MINIMUM_DIGITS.shaped : MINIMUM_DIGITS.other)) return undefined;
    const pending = this.#use.inspection.spend(length);
    if (pending) await pending;
    const text = value.body.toString('latin1', value.start, value.end);
    if (!/^\d+$/.test(text)) return undefined;
    return this.#use.rewrite(text, this.#placeOf(leaf, text));
  }

  async #inspectString(leaf: Leaf, within: number): Promise<Rewrite | undefined> {
    if (within === 0 && this.#without.has(leaf.value.start)) return undefined;
    const { value } = leaf;
    const isLong = value.end - value.start > LONG_UNITS;
    const text = isLong ? await readLongText(value) : (value.readText(Infinity) ?? '');
    if (text === '') return undefined;
    const place = this.#placeOf(leaf, text);
    const isDataUrl = within < MAXIMUM_WITHIN && /^data:/i.test(text);
    const dataUrl = isDataUrl ? await readDataUrl(text, this.#spend) : undefined;
    if (dataUrl) {
      const { bytes, type, write } = dataUrl;
      const file = await this.inspectFile(bytes, type, { ...place, isFixed: false }, within + 1);
      return file && (async () => write(await file()));
    }
    if (place.isFixed) this.#use.inspection.judgeMedium(this.#mediumAt(leaf), place);
    if (place.isFixed && !this.#use.inspectsFixed) return undefined;
    const type = this.#typeAt(leaf);
    const bytes = type === undefined ? undefined : await decodeBase64(text, this.#spend);
    if (type !== undefined && bytes) {
      const file = await this.inspectFile(bytes, type, place, within + 1);
      if (file) return async () => encodeLike(text, await file());
      if (decodeText(bytes) ?? mediumOfBytes(bytes)) return undefined;
    }
    return this.inspectText(text, place, within);
  }

  /** Inspects a text, the JSON that it is, or the text that it is in base64. */
  async inspectText(text: string, place: Place, within: number): Promise<Rewrite | undefined> {
    const { inspection } = this.#use;
    const seeing = this.#use.see(text);
    if (seeing) await seeing;
    const pending = inspection.spend(text.length);
    if (pending) await pending;
    const json = within < MAXIMUM_WITHIN ? await readNested(text, this.#spend) : undefined;
    if (json) {
      const edits = await this.inspect(json, place.at, true, within + 1);
      return edits.length === 0
        ? undefined
        : async () => Buffer.from(await editRanges(json.body, edits)).toString();
    }
    const beginning = beginningOf(text);
    const medium = beginning && !beginsAsText(beginning) ? mediumOfBytes(beginning) : undefined;
    if (medium && (await isInAlphabet(text, this.#spend))) {
      inspection.judgeMedium(medium, place);
      return undefined;
    }
    const rewrite = await this.#use.rewrite(text, place);
    if (rewrite || within >= MAXIMUM_WITHIN || !beginning || !beginsAsText(beginning)) return rewrite;
    const decoded = await decodeBase64(text, this.#spend);
    if (decoded) await this.#pauseAfter(text);
    const inner = decoded && decodeText(decoded);
    if (!inner) return undefined;
    const changed = await this.inspectText(inner.text, place, within + 1);
    return changed && (async () => encodeLike(text, inner.encode(await changed())));
  }

  /** Inspects a file: its text where it is one, and else its medium, by its bytes and by the type that is claimed. */
  async inspectFile(
    bytes: Uint8Array,
    type: string,
    place: Place,
    within: number,
  ): Promise<RewriteFile | undefined> {
    const { inspection } = this.#use;
    const medium = beginsAsText(bytes.subarray(0, BEGINNING_BYTES)) ? undefined : mediumOfBytes(bytes);
    const inner: DecodedText | undefined =
      decodeText(bytes) ?? (isTextType(type) && !medium ? decodeEachByte(bytes) : undefined);
    const claimed = isUnknownType(type) ? undefined : mediumOfType(type);
    inspection.judgeMedium(claimed ?? medium ?? (inner ? undefined : 'document'), place);
    if (claimed && medium && claimed !== medium) inspection.judgeMedium(medium, place);
    if (!inner) return undefined;
    const changed = await this.inspectText(inner.text, place, within);
    return changed && (async () => inner.encode(await changed()));
  }

  /** Other calls get their turn after each pass over a long text. */
  #pauseAfter(text: string): Promise<void> | undefined {
    return text.length < LONG_UNITS ? undefined : this.#spend(text.length);
  }

  /** Returns the type that is claimed for bytes in base64; undefined for a member that holds none. */
  #typeAt({ plain, container }: Leaf): string | undefined {
    if (!BYTES_MEMBERS.has(plain)) return undefined;
    const { media: type } = this.#typesOf(container);
    if (type === undefined || type.includes('/')) return type;
    return plain === 'data' && AUDIO_FORMAT.test(type) ? `audio/${type}` : undefined;
  }

  /** Returns the medium of what an address leads to, by the type beside it or by the names around it. */
  #mediumAt({ plain, container, outer, at }: Leaf): Medium | undefined {
    if (!plain.endsWith('uri') && !plain.endsWith('url')) return undefined;
    const { media, part } = this.#typesOf(container);
    if (media?.includes('/')) return mediumOfType(media);
    const around = [plain, ...outerNames(at), part ?? '', (outer && this.#typesOf(outer).part) ?? ''];
    return around.map(mediumOfName).find((medium) => medium !== undefined);
  }

  /** Returns the types that an object claims. They are looked for once, however many members ask for them. */
  #typesOf(container: JsonValue): Types {
    const known = this.#types.get(container);
    if (known) return known;
    const members = TYPE_MEMBERS.map((name) => container.member(name)?.readText(MAXIMUM_TYPE_BYTES));
    const types = {
      media: members.find((member) => member !== undefined),
      part: container.member('type')?.readText(MAXIMUM_TYPE_BYTES),
    };
    this.#types.set(container, types);
    return types;
  }
}

/** Tells if a text is of a message, so that the model reads it together with the one before. */
function isSpoken({ plain, isShaped, value }: Leaf): boolean {
  return value.kind === 'string' && !isShaped && (plain === 'text' || plain === 'content');
}

/** The work of a value beside its text, in code units. */
const UNITS_OF_A_VALUE = 32;
const BEGINNING_BYTES = 64;
/** Each pass over a text of this length takes a turn of the event loop of its own. */
const LONG_UNITS = 262_144;

/** Reads a text that is JSON itself; undefined for any other. */
async function readNested(text: string, spend: Spend): Promise<JsonValue | undefined> {
  if (!/^[[{"]/.test(text.trimStart().slice(0, 1))) return undefined;
  // A text with half of a surrogate pair would be changed by being read.
  if (!text.isWellFormed()) return undefined;
  const bytes = Buffer.from(text);
  if (text.length >= LONG_UNITS) await spend(text.length);
  try {
    return await readJson(bytes);
  } catch {
    return undefined;
  }
}

/** Members that say the type of the bytes beside them, in the spellings of all APIs. */
const TYPE_MEMBERS = ['mimeType', 'mime_type', 'media_type', 'mediaType', 'format'] as const;
/** Members that hold bytes in base64, by their plain names. */
const BYTES_MEMBERS: ReadonlySet<string> = new Set([
  'data',
  'bytesbase64encoded',
  'filedata',
  'b64',
  'b64json',
  'content',
  'voicesampleaudio',
]);
/** OpenAI's audio says its format in a word: https://platform.openai.com/docs/guides/audio */
const AUDIO_FORMAT = /^(?:wav|mp3|flac|ogg|opus|pcm16|aac|m4a|webm)$/i;

/** The names of the two members around a member. */
function outerNames(at: Position | undefined): string[] {
  const names: string[] = [];
  for (let outer = at?.outer; outer && names.length < 2; outer = outer.outer)
    if (typeof outer.key === 'string') names.push(outer.key);
  return names;
}

interface DataUrl {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly write: (bytes: Uint8Array) => string;
}

/** Reads an address of the scheme `data:`; undefined for one that is malformed. https://www.rfc-editor.org/rfc/rfc2397 */
async function readDataUrl(text: string, spend: Spend): Promise<DataUrl | undefined> {
  const comma = text.slice(0, MAXIMUM_TYPE_BYTES + 1).indexOf(',');
  if (comma < 0) return undefined;
  const head = text.slice(0, comma + 1);
  const content = text.slice(comma + 1);
  const [type = ''] = head.slice('data:'.length, -1).split(';');
  if (/;\s*base64\s*,$/i.test(head)) {
    if (content.length === 0 || !(await isInAlphabet(content, spend))) return undefined;
    const bytes = Buffer.from(content, 'base64');
    return { bytes, type, write: (changed) => head + encodeLike(content, changed) };
  }
  const decoded = await decodePercents(content, spend);
  if (decoded === undefined) return undefined;
  const write = (changed: Uint8Array) => head + encodeURIComponent(Buffer.from(changed).toString());
  return { bytes: Buffer.from(decoded), type: type === '' ? 'text/plain' : type, write };
}
