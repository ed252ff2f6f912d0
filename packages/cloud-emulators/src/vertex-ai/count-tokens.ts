import { countCharacters } from './characters.ts';

/** Google's average for its Gemini models: https://firebase.google.com/docs/ai-logic/count-tokens */
export const CHARACTERS_PER_TOKEN = 4;
/**
 * The tokens of a small image, or of a tile of a large one:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-understanding
 */
const TOKENS_PER_FILE = 258;

/** A modality of content. */
export type Modality = 'TEXT' | 'IMAGE' | 'VIDEO' | 'AUDIO' | 'DOCUMENT';

/** The tokens of one modality, as usage metadata lists them. */
export interface ModalityTokens {
  readonly modality: Modality;
  readonly tokenCount: number;
}

/** The parts of a prompt that have tokens. */
export interface Countable {
  readonly texts: readonly string[];
  /** The modality of every file, whether sent inline or by its address. */
  readonly files?: readonly { readonly modality: Modality }[];
}

/** Counts the tokens of a text. */
export function countTokens(text: string): number {
  return Math.ceil(countCharacters(text) / CHARACTERS_PER_TOKEN);
}

/** Counts the tokens of a prompt by modality; text comes first and always. */
export function countByModality({ texts, files = [] }: Countable): ModalityTokens[] {
  const modalities = [...new Set(files.map(({ modality }) => modality))];
  return [
    { modality: 'TEXT', tokenCount: countTokens(texts.join('\n')) },
    ...modalities.map((modality) => ({
      modality,
      tokenCount: TOKENS_PER_FILE * files.filter((file) => file.modality === modality).length,
    })),
  ];
}

/** Sums the tokens of all modalities. */
export function totalOf(details: readonly ModalityTokens[]): number {
  return details.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
}
