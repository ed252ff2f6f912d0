import { type KindFacts, KINDS } from '@vertex-ai-gateway/content-detectors/kinds';

const FACTS: Readonly<Partial<Record<string, KindFacts>>> = KINDS;

/** The kinds of services that name no place, in plain English. */
const TITLES: Readonly<Partial<Record<string, string>>> = {
  prompt_attack: 'an attack on the model',
  model_armor: 'what Model Armor blocks',
  model_armor_pi_and_jailbreak: 'an attack on the model',
  model_armor_malicious_uris: 'a malicious address',
  model_armor_sdp: 'sensitive data',
  model_armor_rai: 'harmful content',
  model_armor_csam: 'child sexual abuse material',
};

/** Says a kind in plain English with its id: `an e-mail address (email)`. */
export function describeKind(kind: string): string {
  const facts = Object.hasOwn(FACTS, kind) ? FACTS[kind] : undefined;
  const title = facts?.title ?? (Object.hasOwn(TITLES, kind) ? TITLES[kind] : undefined);
  return title === undefined ? `a value of the kind ${kind}` : `${title} (${kind})`;
}

/** Returns the word in the placeholders of a kind: `EMAIL`. The kind of an own detector is its own word. */
export function placeholderWord(kind: string): string {
  const facts = Object.hasOwn(FACTS, kind) ? FACTS[kind] : undefined;
  if (facts) return facts.placeholder;
  const word = kind.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return /^[A-Z]/.test(word) ? word : `KIND_${word}`;
}
