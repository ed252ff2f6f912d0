import { readFileSync } from 'node:fs';
import { Random } from './random.ts';
import { NEAR_MISSES, VALUES } from './values.ts';

/** A sentence, and the kind of the one value in it, if any. */
export interface Sentence {
  readonly text: string;
  readonly kind: string | undefined;
}

const FRAMES = [
  'Please check %, it came in this morning.',
  'Bitte prüfen Sie % bis morgen.',
  'Merci de vérifier % avant vendredi.',
  'Por favor, revise % hoy.',
  'Controlla % per favore.',
  'Kun je % even nakijken?',
  'Veja % antes da reunião.',
  '{"note": "%", "done": false}',
  '%',
  'Summarise this: % (from the ticket).',
];

const PROSE = [
  'The meeting on Thursday moved to room 4.12, and nobody told the team of 35 people.',
  'Die Straße zum Schloss ist seit dem 3. Mai gesperrt, die Umleitung dauert 20 Minuten.',
  'Le rapport de 2023 compte 120 pages et 14 annexes.',
  'El tren sale a las 17:45 y llega a las 21:10.',
  'La password deve avere almeno dodici caratteri.',
  'How do I reset my password if the token has expired?',
  'The key to the answer is in chapter 7, not in the secret garden.',
  'Het wachtwoord moet twaalf tekens hebben.',
  'Use a bearer token in the Authorization header.',
  'Our address book has a name field and a phone field.',
];

const OF_EACH_VALUE = 60;
const CLEAN = 1000;

const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const ALPHANUMERIC = `${UPPER}${LOWER}${DIGITS}`;
/** The alphabets that `written-sentences.tsv` names: `ghp_{an:36}` has 36 letters and digits. */
const ALPHABETS: Readonly<Record<string, string>> = {
  d: DIGITS,
  low: LOWER,
  up: UPPER,
  upd: `${UPPER}${DIGITS}`,
  hex: '0123456789abcdef',
  an: ALPHANUMERIC,
  b32: `${UPPER}234567`,
  b64: `${ALPHANUMERIC}+/`,
  url: `${ALPHANUMERIC}-_`,
};

/**
 * Reads sentences that were written from documented formats before the detectors were looked at. Each line has the kind of
 * its value, or `-`, and the sentence. Secrets are filled in, because a repository should hold nothing that looks like one.
 */
function readWritten(random: Random): Sentence[] {
  const lines = readFileSync(new URL('written-sentences.tsv', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [kind = '-', sentence = ''] = line.split('\t');
    const text = sentence
      .replaceAll(/\\([\\nt])/g, (_, mark: string) => ({ n: '\n', t: '\t' })[mark] ?? mark)
      .replaceAll(/\{([a-z\d]+):(\d+)\}/g, (whole, name: string, count: string) => {
        const alphabet = ALPHABETS[name];
        return alphabet === undefined ? whole : random.text(Number(count), alphabet);
      });
    return { kind: kind === '-' ? undefined : kind, text };
  });
}

/** Makes the sentences, the same in each run: three of five have a value. */
export function makeSentences(seed: number): Sentence[] {
  const random = new Random(seed);
  const framed = (value: string): string => random.of(FRAMES).replace('%', () => value);
  const withValues = Object.entries(VALUES).flatMap(([kind, makers]) =>
    Array.from({ length: OF_EACH_VALUE }, () => ({ kind, text: framed(random.of(makers)(random)) })),
  );
  const clean = Array.from({ length: CLEAN }, (_, at) => ({
    kind: undefined,
    text: at % 10 === 0 ? random.of(PROSE) : framed(random.of(NEAR_MISSES)(random)),
  }));
  return [...withValues, ...clean, ...readWritten(random)];
}
