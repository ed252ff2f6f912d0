import { type KindFacts, KINDS } from '@vertex-ai-gateway/content-detectors/kinds';

const FACTS: Readonly<Partial<Record<string, KindFacts>>> = KINDS;

/** Says a kind in plain English with its id: `an e-mail address (email)`. */
export function describeKind(kind: string): string {
  const facts = Object.hasOwn(FACTS, kind) ? FACTS[kind] : undefined;
  return facts ? `${facts.title} (${kind})` : `a value of the kind ${kind}`;
}

/** Returns the word in the placeholders of a kind: `EMAIL`. The kind of an own detector is its own word. */
export function placeholderWord(kind: string): string {
  const facts = Object.hasOwn(FACTS, kind) ? FACTS[kind] : undefined;
  if (facts) return facts.placeholder;
  const word = kind.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return /^[A-Z]/.test(word) ? word : `KIND_${word}`;
}
