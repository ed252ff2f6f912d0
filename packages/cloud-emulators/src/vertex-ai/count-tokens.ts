import { countCharacters } from './characters.ts';

/** What Google gives as the average of its Gemini models: https://firebase.google.com/docs/ai-logic/count-tokens */
export const CHARACTERS_PER_TOKEN = 4;
/** A small image, or a tile of a large one: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-understanding */
const TOKENS_PER_FILE = 258;

export type Modality = 'TEXT' | 'IMAGE' | 'VIDEO' | 'AUDIO' | 'DOCUMENT';

/** The tokens of one modality, as usage metadata lists them. */
export interface ModalityTokens {
  readonly modality: Modality;
  readonly tokenCount: number;
}

/** What a prompt is made of, as far as its tokens go. */
export interface Countable {
  readonly texts: readonly string[];
  /** The modality of every file, sent along or referred to. */
  readonly files?: readonly { readonly modality: Modality }[];
}

/** The tokens of a text. */
export function countTokens(text: string): number {
  return Math.ceil(countCharacters(text) / CHARACTERS_PER_TOKEN);
}

/** The tokens of a prompt by modality; text comes first and always. */
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

export function totalOf(details: readonly ModalityTokens[]): number {
  return details.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
}
