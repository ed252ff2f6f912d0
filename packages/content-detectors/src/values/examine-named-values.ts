import { isValidBIC } from 'ibantools';
import { idOf } from '../scan/context.ts';
import type { Candidate, Reading, Word } from '../scan/reading.ts';

/** A number that only the words before it tell. */
interface NamedForm {
  readonly kind: string;
  /** The number of the context. */
  readonly context: number;
  readonly pattern: RegExp;
}

const BANK = idOf('bank');
const REACH = 45;

/** Forms of the issuers named in the package's README; the word before is what tells them from other numbers. */
const NAMED_FORMS: readonly NamedForm[] = [
  { kind: 'bic', context: idOf('bank'), pattern: /[A-Z]{4}[A-Z]{2}[A-Z\d]{2}(?:[A-Z\d]{3})?/y },
  {
    kind: 'passport',
    context: idOf('passport'),
    pattern: /(?=[A-Z]{0,3}(?:\d[A-Z\d]{0,2}){3,9})[A-Z\d]{6,9}/y,
  },
  // German ones have no vowels, so that they are no words. https://de.wikipedia.org/wiki/Ausweisnummer
  { kind: 'passport', context: idOf('passport'), pattern: /(?=[A-Z]{1,8}\d)[CFGHJKLMNPRTVWXYZ\d]{9}/y },
  {
    kind: 'driving-licence',
    context: idOf('licence'),
    pattern: /(?=(?:[A-Z-]{0,6}\d){3})[A-Z\d](?:[A-Z\d-]{4,20})[A-Z\d]/y,
  },
  {
    kind: 'health-insurance',
    context: idOf('health'),
    pattern: /(?=(?:[A-Z-]{0,4}\d){5})[A-Z\d](?:[A-Z\d-]{5,18})[A-Z\d]/y,
  },
  {
    kind: 'insurance-policy',
    context: idOf('policy'),
    pattern: /(?=(?:[A-Z./-]{0,6}\d){5})[A-Z\d](?:[A-Z\d./-]{5,22})[A-Z\d]/y,
  },
];

const DATE = /^(?:\d{4}-\d\d-\d\d|\d\d?[./-]\d\d?[./-]\d{2,4})$/;

/** Looks for values that need the word before them: BIC, passport, driving licence, insurance. */
export function examineNamedValues(
  { text, base, context, work }: Reading,
  word: Word,
  kinds: ReadonlySet<string>,
  found: Candidate[],
): void {
  for (const form of NAMED_FORMS) {
    if (!kinds.has(form.kind)) continue;
    const at = base + word.end;
    if (!context.isNear(form.context, at, REACH + word.end - word.start)) continue;
    const value = text.slice(word.start, word.end);
    work.units += value.length;
    for (let from = 0; from < value.length; from++) {
      if (from > 0 && /[\w-]/.test(value.charAt(from - 1))) continue;
      form.pattern.lastIndex = from;
      const match = form.pattern.exec(value)?.[0];
      if (match === undefined || /\w/.test(value.charAt(from + match.length))) continue;
      const start = word.start + from;
      const isNamed =
        form.kind === 'bic'
          ? context.isNear(BANK, base + start, REACH)
          : context.names(form.context, base + start, REACH);
      if (!isNamed || DATE.test(match) || (form.kind === 'bic' && !isValidBIC(match))) continue;
      found.push({ kind: form.kind, detector: form.kind, start, end: start + match.length, rank: 42 });
      break;
    }
  }
}
