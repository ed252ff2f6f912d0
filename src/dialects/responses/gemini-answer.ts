import { isObject, type JsonObject } from '../json-answers.ts';
import { type AnswerReader, objectsOf, textOf } from './answer-reader.ts';
import { endingOf } from './gemini-finish-reasons.ts';
import type { Ending, ResponseWriter } from './response-writer.ts';
import { readGoogleCitations, readGoogleSearch } from './web-search.ts';

/** Reads answers of Gemini: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#response */
export class GeminiAnswer implements AnswerReader {
  readonly #writer: ResponseWriter;
  #finishReason = '';
  #isBlocked = false;
  /** The grounding of which no text is cited yet. */
  #grounding: JsonObject | undefined;

  constructor(writer: ResponseWriter) {
    this.#writer = writer;
  }

  get ending(): Ending {
    return this.#isBlocked
      ? { status: 'incomplete', reason: 'content_filter' }
      : endingOf(this.#finishReason);
  }

  read({ candidates, promptFeedback }: JsonObject): void {
    if (isObject(promptFeedback) && promptFeedback.blockReason !== undefined) this.#isBlocked = true;
    const [candidate] = objectsOf(candidates);
    if (!candidate) return;
    const { content, finishReason, groundingMetadata } = candidate;
    if (isObject(groundingMetadata)) this.#grounding = groundingMetadata;
    for (const part of objectsOf(isObject(content) ? content.parts : undefined)) this.#readPart(part);
    this.#cite();
    const search = isObject(groundingMetadata) ? readGoogleSearch(groundingMetadata) : undefined;
    if (search) this.#writer.addSearch(search);
    if (typeof finishReason === 'string' && finishReason !== '') this.#finishReason = finishReason;
  }

  #readPart(part: JsonObject): void {
    const { text, thought, thoughtSignature: signature, functionCall, inlineData } = part;
    if (isObject(functionCall)) {
      this.#carry(signature, 'next');
      this.#writer.beginCall(textOf(functionCall.name));
      this.#writer.addArguments(JSON.stringify(functionCall.args ?? {}));
      this.#writer.endItem();
    } else if (thought === true) {
      this.#writer.addThought(textOf(text));
      this.#carry(signature, 'next');
    } else if (isObject(inlineData)) {
      this.#carry(signature, 'next');
      this.#writer.addImage(textOf(inlineData.data));
    } else {
      this.#writer.addText(textOf(text));
      // A signature ends the text, which is cited before.
      if (signature !== undefined) this.#cite();
      this.#carry(signature, 'previous');
    }
  }

  /** Cites the pages of a grounding that has come, once the text is there. */
  #cite(): void {
    const grounding = this.#grounding;
    if (!grounding) return;
    const isCited = this.#writer.addCitations((text) => readGoogleCitations(grounding, text));
    if (isCited) this.#grounding = undefined;
  }

  #carry(signature: unknown, of: 'next' | 'previous'): void {
    if (typeof signature === 'string' && signature !== '')
      this.#writer.addCarried({ by: 'google', signature, of });
  }
}
