import type { DecidedText, TextStream } from '@vertex-ai-gateway/content-detectors/detectors';
import type { ContentInspection } from './content-inspection.ts';
import { JsonStrings, PlainJson } from './json-text.ts';
import type { Place } from './place.ts';
import type { Placeholders } from './placeholders.ts';
import { RestoredText } from './restored-text.ts';

/** The parts of a channel; each is left out where nothing is inspected, or nothing is restored. */
export interface ChannelOptions {
  readonly inspection: ContentInspection | undefined;
  readonly text: TextStream | undefined;
  readonly placeholders: Placeholders;
  /** True for a text that is JSON, such as the arguments of a tool call. */
  readonly isJson: boolean;
}

/**
 * One text of a streamed answer, such as that of a candidate or the arguments of one tool call, as its pieces come. Values
 * are replaced in it and the caller's own put back. Only an end that a later piece can change is held back.
 */
export class TextChannel {
  readonly #options: ChannelOptions;
  readonly #plain: PlainJson | undefined;
  readonly #strings: JsonStrings | undefined;
  readonly #restored: RestoredText | undefined;

  constructor(options: ChannelOptions) {
    this.#options = options;
    const { isJson, text, placeholders } = options;
    if (isJson && text) {
      this.#plain = new PlainJson();
      this.#strings = new JsonStrings();
    }
    if (placeholders.restored.size > 0) this.#restored = new RestoredText(placeholders.restored, isJson);
  }

  /** Takes the next piece. @returns the text that may go out. @throws GatewayError CONTENT_BLOCKED with the tenth value. */
  push(piece: string, place: Place): string {
    const { text } = this.#options;
    const plain = this.#plain?.push(piece) ?? piece;
    const decided = text ? this.#replace(text.push(plain), place) : plain;
    return this.#restored?.push(decided) ?? decided;
  }

  /** Ends the text. @returns the rest of it. @throws GatewayError CONTENT_BLOCKED with the tenth value. */
  end(place: Place): string {
    const { text } = this.#options;
    let rest = this.#plain?.end() ?? '';
    if (text) {
      const pushed = rest === '' ? '' : this.#replace(text.push(rest), place);
      rest = pushed + this.#replace(text.end(), place);
    }
    return this.#restored ? this.#restored.push(rest) + this.#restored.end() : rest;
  }

  #replace({ text, detections }: DecidedText, place: Place): string {
    const { inspection, placeholders } = this.#options;
    const strings = this.#strings;
    const replaced = detections.length > 0 ? (inspection?.decide(text, detections, place) ?? []) : [];
    if (replaced.length === 0) return strings?.take(text) ?? text;
    let changed = '';
    let from = 0;
    for (const { start, end, kind, isRestored } of replaced) {
      const kept = text.slice(from, start);
      changed += strings?.take(kept) ?? kept;
      const placeholder = placeholders.assign(kind, text.slice(start, end), isRestored);
      // A number is no string, and becomes one.
      changed += strings && !strings.isInside ? `"${placeholder}"` : placeholder;
      from = end;
    }
    const rest = text.slice(from);
    return changed + (strings?.take(rest) ?? rest);
  }
}
