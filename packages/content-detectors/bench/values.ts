import type { Random } from './random.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const HEX = '0123456789abcdef';
const ALNUM = `${LOWER}${UPPER}0123456789`;
const URL_SAFE = `${ALNUM}_-`;

/** Adds the check characters that make a value pass, found by trying each. */
function complete(
  start: string,
  alphabet: string,
  count: number,
  passes: (value: string) => boolean,
): string {
  const tries = alphabet.length ** count;
  for (let number = 0; number < tries; number++) {
    let end = '';
    for (let rest = number, place = 0; place < count; place++, rest = Math.floor(rest / alphabet.length))
      end += alphabet.charAt(rest % alphabet.length);
    if (passes(start + end)) return start + end;
  }
  return '';
}

function sumOf(value: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * Number(value.charAt(at)), 0);
}

function passesLuhn(value: string): boolean {
  const digits = Array.from(value, Number).toReversed();
  return (
    digits.reduce((sum, one, at) => sum + (at % 2 === 0 ? one : one > 4 ? one * 2 - 9 : one * 2), 0) % 10 ===
    0
  );
}

function grouped(value: string, lengths: readonly number[], separator: string): string {
  let at = 0;
  return lengths.map((length) => value.slice(at, (at += length))).join(separator);
}

function mod97(value: string): bigint {
  return BigInt(value.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))) % 97n;
}

function ibanOf(random: Random): string {
  const [country, body] = random.of([
    ['DE', random.digits(18)],
    ['NL', `ABNA${random.digits(10)}`],
    ['ES', random.digits(20)],
    ['AT', random.digits(16)],
    ['GB', `NWBK${random.digits(14)}`],
    ['CH', random.digits(17)],
  ] as const);
  const check = String(98n - mod97(`${body}${country}00`)).padStart(2, '0');
  const value = `${country}${check}${body}`;
  return random.below(2) === 0 ? value : (value.match(/.{1,4}/g) ?? []).join(' ');
}

function taxIdOf(random: Random): string {
  for (;;) {
    const digits = `${1 + random.below(9)}${random.digits(9)}`;
    const counts = Array.from('0123456789', (digit) => digits.split(digit).length - 1).filter(
      (count) => count > 1,
    );
    if (counts.length !== 1 || (counts[0] ?? 0) > 3) continue;
    let product = 10;
    for (const digit of digits) product = (((Number(digit) + product) % 10 || 10) * 2) % 11;
    return `${digits}${(11 - product) % 10}`;
  }
}

function cpfOf(random: Random): string {
  const nine = random.digits(9);
  const check = (value: string): string => {
    const weights = Array.from({ length: value.length }, (_, at) => value.length + 1 - at);
    const rest = sumOf(value, weights) % 11;
    return String(rest < 2 ? 0 : 11 - rest);
  };
  const ten = nine + check(nine);
  return ten + check(ten);
}

function nirOf(random: Random): string {
  const body = `${1 + random.below(2)}${random.digits(2)}${String(1 + random.below(12)).padStart(2, '0')}75${random.digits(6)}`;
  return body + String(97 - (Number(body) % 97)).padStart(2, '0');
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

function dniOf(random: Random): string {
  const number = `${1 + random.below(9)}${random.digits(7)}`;
  return number + DNI_LETTERS.charAt(Number(number) % 23);
}

function bsnOf(random: Random): string {
  for (;;) {
    const value = complete(
      `${1 + random.below(9)}${random.digits(7)}`,
      '0123456789',
      1,
      (bsn) => sumOf(bsn, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    );
    if (value !== '') return value;
  }
}

function nhsOf(random: Random): string {
  for (;;) {
    const nine = `9${random.digits(8)}`;
    const check = (11 - (sumOf(nine, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
    if (check < 10) return grouped(nine + String(check), [3, 3, 4], ' ');
  }
}

const NAMES = [
  'ada',
  'grace.hopper',
  'j.müller',
  'info',
  'x_y',
  'sales+eu',
  'marie-curie',
  'o.n',
  'anna1987',
  'team.lead',
];
const DOMAINS = [
  'example.com',
  'mail.example.org',
  'corp.example',
  'uni-muenchen.de',
  'gob.es',
  'company.co.uk',
  'acme.io',
];

/** Makes values of a kind. */
export type MakeValue = (random: Random) => string;

/** Values of documented formats. Sources stand in the package's README. */
export const VALUES: Readonly<Record<string, readonly MakeValue[]>> = {
  email: [(random) => `${random.of(NAMES)}@${random.of(DOMAINS)}`],
  phone: [
    (random) => `+49 ${random.of(['30', '89', '40'])} ${2 + random.below(8)}${random.digits(6)}`,
    (random) => `+1 (${random.of(['415', '212', '646'])}) 555-${random.digits(4)}`,
    (random) => `+33 6 ${grouped(random.digits(8), [2, 2, 2, 2], ' ')}`,
    (random) => `+44 20 7946 0${random.digits(3)}`,
    (random) => `(415) 555-${random.digits(4)}`,
    (random) => `0151 ${random.digits(8)}`,
    (random) => `06 ${grouped(random.digits(8), [2, 2, 2, 2], ' ')}`,
  ],
  iban: [ibanOf],
  'payment-card': [
    (random) => complete(`4${random.digits(14)}`, '0123456789', 1, passesLuhn),
    (random) =>
      grouped(
        complete(`5${1 + random.below(5)}${random.digits(13)}`, '0123456789', 1, passesLuhn),
        [4, 4, 4, 4],
        ' ',
      ),
    (random) => grouped(complete(`37${random.digits(12)}`, '0123456789', 1, passesLuhn), [4, 6, 5], '-'),
  ],
  'de-tax-id': [(random) => grouped(taxIdOf(random), [2, 3, 3, 3], ' ')],
  'fr-nir': [nirOf, (random) => grouped(nirOf(random), [1, 2, 2, 2, 3, 3, 2], ' ')],
  'es-dni': [dniOf, (random) => grouped(dniOf(random), [8, 1], '-')],
  'nl-bsn': [(random) => `BSN ${bsnOf(random)}`],
  'uk-nhs': [nhsOf],
  'br-cpf': [(random) => cpfOf(random).replace(/(...)(...)(...)(..)/, '$1.$2.$3-$4')],
  'github-token': [(random) => `ghp_${random.text(36, ALNUM)}`],
  'aws-key': [(random) => `AKIA${random.text(16, `${UPPER}234567`)}`],
  'google-key': [(random) => `AIza${random.text(35, URL_SAFE)}0`.slice(0, 39)],
  'slack-token': [(random) => `xoxb-${random.digits(12)}-${random.digits(12)}-${random.text(24, ALNUM)}`],
  'stripe-key': [(random) => `sk_live_${random.text(24, ALNUM)}`],
  'openai-key': [(random) => `sk-proj-${random.text(64, URL_SAFE)}a`],
  'anthropic-key': [(random) => `sk-ant-api03-${random.text(93, URL_SAFE)}AA`],
  jwt: [
    (random) =>
      `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${Buffer.from(`{"sub":"${random.digits(8)}"}`).toString('base64url')}.${random.text(43, URL_SAFE)}`,
  ],
  'azure-secret': [
    (random) => `AccountName=store;AccountKey=${Buffer.from(random.text(64, ALNUM)).toString('base64')};`,
    (random) => `${random.text(3, ALNUM)}8Q~${random.text(34, ALNUM)}`,
  ],
  'connection-string': [(random) => `postgres://app:${random.text(12, ALNUM)}@db.example.com:5432/orders`],
  'named-secret': [
    (random) => `password: ${random.text(5, LOWER)}${random.digits(3)}${random.text(3, UPPER)}`,
    (random) => `API_KEY="${random.text(32, HEX)}"`,
    (random) => `client_secret=${random.text(40, ALNUM)}`,
  ],
};

/** Texts that look like values and are none. */
export const NEAR_MISSES: readonly MakeValue[] = [
  (random) => `order number ${random.digits(10)}`,
  (random) => `invoice ${random.digits(4)}-${random.digits(6)}`,
  (random) => `id ${grouped(random.text(32, HEX), [8, 4, 4, 4, 12], '-')}`,
  (random) => `commit ${random.text(40, HEX)}`,
  (random) => `sha256:${random.text(64, HEX)}`,
  (random) => `version ${random.below(20)}.${random.below(30)}.${random.below(9)}.${random.below(250)}`,
  (random) =>
    `at 2024-${String(1 + random.below(12)).padStart(2, '0')}-1${random.below(9)}T12:${random.digits(2)}:09.${random.digits(3)}Z`,
  (random) => `timestamp 17${random.digits(11)}`,
  (random) => `ISBN 978-3-16-${random.digits(6)}-0`,
  (random) => `.card { color: #${random.text(6, HEX)}; margin: 0 ${random.below(20)}px }`,
  (random) =>
    `const total = items.reduce((a, b) => a + b.price * 1.${random.digits(2)}, ${random.below(100)});`,
  (random) => `data:image/png;base64,iVBORw0KGgo${random.text(80, `${ALNUM}+/`)}`,
  (random) =>
    `[INFO] ${random.digits(5)} GET /v1/items/${random.digits(8)}?page=${random.below(90)} 200 ${random.below(900)}ms`,
  (random) => `npm install @scope/package@${random.below(9)}.${random.below(20)}.${random.below(9)}`,
  (random) => `git clone git@github.com:org/repo-${random.below(99)}.git`,
  (random) => `password: \${DB_PASSWORD_${random.below(9)}}`,
  (random) => `max_tokens: ${random.below(9000)}, token_count=${random.below(900)}`,
  (random) => `public key fingerprint ${random.text(32, HEX)}`,
  (random) => `primary_key: user_${random.text(12, LOWER)}`,
  (random) =>
    `build ${random.digits(8)}.${random.below(20)} of part ${random.text(3, UPPER)}-${random.digits(6)}`,
  (random) => `3.${random.digits(15)} and 0.${random.digits(16)}`,
  (random) => `logo@2x.png and icon-${random.below(90)}@3x.webp`,
  (random) => `range 10-${random.below(90)}, rows 1 200 ${random.digits(3)}, ${random.below(99)} %`,
];
