import { type KindFacts, KINDS } from '@vertex-ai-gateway/content-detectors/kinds';

/** The kinds of services that name no place, in plain English. */
const TITLES: Readonly<Record<string, string>> = {
  prompt_attack: 'an attack on the model',
  model_armor: 'what Model Armor blocks',
  model_armor_pi_and_jailbreak: 'an attack on the model',
  model_armor_malicious_uris: 'a malicious address',
  model_armor_sdp: 'sensitive data',
  model_armor_rai: 'harmful content',
  model_armor_csam: 'child sexual abuse material',
};

/** The words for a kind that a detector of the deployment's own finds. */
export interface OwnKind {
  readonly name: string;
  /** The kind in plain English, as errors have it: `a customer number`. */
  readonly title: string;
  /** The word in its placeholders: `CUSTOMER`. */
  readonly placeholder: string;
}

/** The words for kinds, in errors and in placeholders. */
export class KindWords {
  readonly #titles = new Map(Object.entries(TITLES));
  readonly #placeholders = new Map<string, string>();

  /** @param own the kinds of the deployment's own detectors. */
  constructor(own: readonly OwnKind[] = []) {
    const known = [...Object.entries<KindFacts>(KINDS), ...own.map((kind) => [kind.name, kind] as const)];
    for (const [name, { title, placeholder }] of known) {
      this.#titles.set(name, title);
      this.#placeholders.set(name, placeholder);
    }
  }

  /** Says a kind in plain English with its id: `an e-mail address (email)`. */
  describe(kind: string): string {
    const title = this.#titles.get(kind);
    return title === undefined ? `a value of the kind ${kind}` : `${title} (${kind})`;
  }

  /** Returns the word in the placeholders of a kind: `EMAIL`. A kind that only services know is its own word. */
  placeholderOf(kind: string): string {
    const known = this.#placeholders.get(kind);
    if (known !== undefined) return known;
    const word = kind.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
    return /^[A-Z]/.test(word) ? word : `KIND_${word}`;
  }
}
