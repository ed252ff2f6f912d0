import { StringDecoder } from 'node:string_decoder';
import { editRanges, type RangeEdit } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson, readJsonAtOnce } from '../json/read-json.ts';
import { splitStream, type StreamPiece } from '../json/split-stream.ts';
import { loopTurns } from '../json/turns.ts';
import type { Framing } from '../prediction/answer.ts';
import type { BlockedContent } from './blocked-content.ts';
import { inspectJson, inspectText, type TextUse } from './json-inspection.ts';
import type { Place } from './place.ts';
import { readSteps, type ChannelEnd, type TextPiece } from './stream-texts.ts';
import type { TextChannel } from './text-channel.ts';

/** A longer text is taken in turns of the event loop. */
const UNITS_IN_A_TURN = 32_768;
/** A longer event is read in turns of the event loop. */
const BYTES_IN_A_TURN = 65_536;
/** The most texts of an answer that are open at once. A piece of any further one is inspected by itself. */
const MAXIMUM_CHANNELS = 1_024;

/** The parts of protecting a stream. */
export interface StreamProtectionOptions {
  readonly framing: Framing;
  /** The use of the texts that stand alone. */
  readonly use: TextUse;
  readonly blocked: BlockedContent;
  readonly openChannel: (isJson: boolean) => TextChannel;
}

/** A text that is open, and the means to send the rest of it. */
interface OpenText {
  readonly channel: TextChannel;
  place: Place;
  write: TextPiece['write'];
  /** The edit of its last piece in the event that is being read. */
  edit: TextEdit | undefined;
}

/** The edit of one piece of a text. */
interface TextEdit {
  readonly value: JsonValue;
  readonly before: string;
  text: string;
}

/**
 * Protects the parts of a streamed answer, which hold whole events, elements, or the chunks of a text. A value is found
 * wherever the answer's texts are cut. The rest of a text goes out with its next piece, or before the event that ends it.
 * A part in which nothing changes stays the same bytes.
 */
export class StreamProtection {
  readonly #options: StreamProtectionOptions;
  readonly #texts = new Map<string, OpenText>();
  #lineEnd = '\n';
  /** The bytes behind the last element of an array, which may be its end. */
  #behind: Buffer = NOTHING;

  constructor(options: StreamProtectionOptions) {
    this.#options = options;
  }

  /**
   * Yields the parts as they may go out; one of which nothing may go out yet is left out.
   * @throws GatewayError CONTENT_BLOCKED, and what the parts throw.
   */
  async *read(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { framing } = this.#options;
    const text = framing === 'raw' ? new RawText(this.#options) : undefined;
    const takeRest = (): Buffer => {
      const rest = text ? text.end() : this.#end();
      this.#options.blocked.throwIfAny();
      return rest;
    };
    try {
      for await (const part of parts) {
        const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
        const sent = text ? await text.take(bytes) : await this.#takePart(bytes);
        this.#options.blocked.throwIfAny();
        if (sent.byteLength > 0) yield sent;
      }
    } catch (error) {
      // The rest of a stream that breaks off goes out before the error, unless it is blocked.
      this.#options.blocked.throwIfAny();
      const rest = takeRest();
      if (rest.byteLength > 0) yield rest;
      throw error;
    }
    const rest = takeRest();
    if (rest.byteLength > 0) yield rest;
  }

  async #takePart(part: Buffer): Promise<Buffer> {
    const { framing } = this.#options;
    const pieces: Uint8Array[] = [this.#behind];
    this.#behind = NOTHING;
    if (part.includes('\r\n')) this.#lineEnd = '\r\n';
    let from = 0;
    let isChanged = pieces[0] !== NOTHING;
    for (const event of splitStream(part, framing)) {
      const { json, start, end } = event;
      if (!json) continue;
      const { before, data } = await this.#takeEvent(json);
      if (before.length === 0 && data === undefined) continue;
      isChanged = true;
      pieces.push(part.subarray(from, start), ...before.map((one) => this.#writeEvent(one)));
      pieces.push(data === undefined ? part.subarray(start, end) : replaceData(part, event, json, data));
      from = end;
    }
    if (framing === 'json-array') {
      const end = part.lastIndexOf('}') + 1;
      if (end < part.length) {
        this.#behind = part.subarray(Math.max(end, from));
        return Buffer.concat([...pieces, part.subarray(from, Math.max(end, from))]);
      }
    }
    return isChanged ? Buffer.concat([...pieces, part.subarray(from)]) : part;
  }

  /** Takes the data of one event. @returns the events that go before it, and its data where that changes. */
  async #takeEvent(json: Buffer): Promise<{ before: object[]; data: Uint8Array | undefined }> {
    const event = await readEvent(json);
    if (!event) return this.#takeText(json);
    const before: object[] = [];
    const edits: TextEdit[] = [];
    const pieces = new Set<number>();
    for (const text of this.#texts.values()) text.edit = undefined;
    for (const step of readSteps(event)) {
      if (step.is === 'end') this.#endTexts(step, before);
      else {
        const edit = await this.#takePiece(step);
        if (!edit) continue;
        pieces.add(step.value.start);
        edits.push(edit);
      }
    }
    const others = await inspectJson(event, this.#options.use, pieces);
    const changed: RangeEdit[] = edits
      .filter(({ text, before: old }) => text !== old)
      .map(({ value, text }) => ({ start: value.start, end: value.end, write: () => JSON.stringify(text) }));
    const all = [...changed, ...others].toSorted((one, other) => one.start - other.start);
    return { before, data: all.length === 0 ? undefined : await editRanges(event.body, all) };
  }

  /** Takes data that is no JSON: the mark at the end of a stream, or a text. */
  async #takeText(data: Buffer): Promise<{ before: object[]; data: Uint8Array | undefined }> {
    const before: object[] = [];
    const text = data.toString();
    if (text.trim() === '[DONE]') this.#endTexts({ is: 'end', scope: '' }, before);
    const rewrite = await inspectText(text, this.#options.use);
    return { before, data: rewrite && Buffer.from(await rewrite()) };
  }

  async #takePiece(piece: TextPiece): Promise<TextEdit | undefined> {
    const { channel: name, value, isJson, write } = piece;
    const known = this.#texts.get(name);
    if (!known && this.#texts.size >= MAXIMUM_CHANNELS) return undefined;
    const place: Place = { at: { outer: undefined, key: name.trim() }, context: '', isFixed: false };
    const open = known ?? { channel: this.#options.openChannel(isJson), place, write, edit: undefined };
    this.#texts.set(name, open);
    open.write = write;
    const before = value.readText(Infinity) ?? '';
    const edit = { value, before, text: await pushInTurns(open.channel, before, place) };
    open.edit = edit;
    return edit;
  }

  /** Ends texts. The rest of one goes out with its piece in this event, or in an event before this one. */
  #endTexts({ scope, except }: ChannelEnd, before: object[]): void {
    for (const [name, text] of this.#texts) {
      if (!name.startsWith(scope) || name === except) continue;
      this.#texts.delete(name);
      const rest = text.channel.end(text.place);
      if (rest === '') continue;
      if (text.edit) text.edit.text += rest;
      else before.push(text.write(rest));
    }
  }

  #end(): Buffer {
    const before: object[] = [];
    for (const text of this.#texts.values()) text.edit = undefined;
    this.#endTexts({ is: 'end', scope: '' }, before);
    const events = before.map((event) => this.#writeEvent(event));
    if (this.#options.framing === 'sse') return Buffer.concat(events);
    return Buffer.concat([...before.map((event) => Buffer.from(`,${JSON.stringify(event)}`)), this.#behind]);
  }

  #writeEvent(event: object): Buffer {
    const data = JSON.stringify(event);
    if (this.#options.framing === 'json-array') return Buffer.from(`${data},`);
    const end = this.#lineEnd;
    const name = 'type' in event ? `event: ${String(event.type)}${end}` : '';
    return Buffer.from(`${name}data: ${data}${end}${end}`);
  }
}

/** The chunks of a text, which may be cut within a character. */
class RawText {
  readonly #options: StreamProtectionOptions;
  readonly #decoder = new StringDecoder('utf8');
  #channel: TextChannel | undefined;

  constructor(options: StreamProtectionOptions) {
    this.#options = options;
  }

  async take(chunk: Buffer): Promise<Buffer> {
    const text = this.#decoder.write(chunk);
    if (text === '') return NOTHING;
    this.#channel ??= this.#options.openChannel(/^\s*[[{]/.test(text));
    const sent = await pushInTurns(this.#channel, text, WHOLE);
    return sent === chunk.toString() ? chunk : Buffer.from(sent);
  }

  end(): Buffer {
    const cut = this.#decoder.end();
    if (!this.#channel) return Buffer.from(cut);
    return Buffer.from(this.#channel.push(cut, WHOLE) + this.#channel.end(WHOLE));
  }
}

const NOTHING = Buffer.of();
const WHOLE: Place = { at: undefined, context: '', isFixed: false };
const LINE_FEED = 0x0a;

async function pushInTurns(channel: TextChannel, text: string, place: Place): Promise<string> {
  if (text.length <= UNITS_IN_A_TURN) return channel.push(text, place);
  let sent = '';
  for (let from = 0; from < text.length; from += UNITS_IN_A_TURN) {
    if (from > 0) await loopTurns.next();
    sent += channel.push(text.slice(from, from + UNITS_IN_A_TURN), place);
  }
  return sent;
}

/** Reads the data of an event; undefined for data that is no JSON object. */
async function readEvent(json: Buffer): Promise<JsonValue | undefined> {
  try {
    const event =
      json.length > BYTES_IN_A_TURN ? await readJson(json, { values: MAXIMUM_VALUES }) : readJsonAtOnce(json);
    return event.kind === 'object' ? event : undefined;
  } catch {
    return undefined;
  }
}

/** The most values of an event. An answer with probabilities has some millions. */
const MAXIMUM_VALUES = 8_000_000;

/** Replaces the data of an event. Data of several lines stays data of several lines. */
function replaceData(part: Buffer, { start, end }: StreamPiece, json: Buffer, data: Uint8Array): Buffer {
  const isInPlace = json.buffer === part.buffer && json.byteOffset >= part.byteOffset + start;
  if (isInPlace) {
    const at = json.byteOffset - part.byteOffset;
    if (!data.includes(LINE_FEED))
      return Buffer.concat([part.subarray(start, at), data, part.subarray(at + json.length, end)]);
  }
  const lines = part.toString('utf8', start, end).split('\n');
  const first = lines.findIndex((line) => line.startsWith('data:'));
  const written = Buffer.from(data)
    .toString()
    .split('\n')
    .map((line) => `data:${line}`);
  const kept = lines.filter((line) => !line.startsWith('data:'));
  return Buffer.from([...kept.slice(0, first), ...written, ...kept.slice(first)].join('\n'));
}
