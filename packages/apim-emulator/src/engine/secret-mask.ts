import {
  encodeForm,
  encodeHtml,
  escapeData,
} from '@vertex-ai-gateway/csharp-expressions/text/percent-encoding';

/** The text that takes the place of a secret. */
const MASK = '***';

/** The longest text that is searched for secrets; longer ones aren't shown. */
const LONGEST_TEXT = 64 * 1024;
/**
 * Shorter values than this are hidden by the name they go by, or where they are a whole value: hidden wherever they
 * occur, they would take the record apart and, by the gaps, be told.
 */
const SHORTEST_SECRET = 4;
const MAXIMUM_SECRETS = 100;

/** `x-goog-api-key`, `client_secret`, `sig`, `Set-Cookie`; not `x-ratelimit-remaining-tokens`, which counts. */
const SECRET_NAME =
  /(^|[^a-z])(api-?key|key|keys|secret|password|pwd|token|jwt|sig|signature|credential|credentials|authorization|assertion|cookie|code)([^a-z]|$)/i;
const JSON_WEB_TOKEN = /eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*){0,3}/g;
const CREDENTIALS = /\b(Bearer|Basic|SharedAccessSignature|AccountKey=)(\s*)[\w.~+/=-]{8,}/gi;

/** Returns whether a header, query parameter or variable of a name is a secret, whatever its value. */
function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replace(/([a-z])([A-Z])/g, '$1-$2'));
}

/**
 * Takes secrets out of what is shown of one exchange: values that go by a telling name, tokens by their form, and
 * every value that is known to be a secret, wherever it occurs.
 */
export class SecretMask {
  readonly #known: readonly string[];
  readonly #short: ReadonlySet<string>;
  readonly #names = new Set<string>();
  #found: string[] = [];

  /** @param known the service's own secrets, such as its subscription keys. */
  constructor(known: readonly string[]) {
    this.#known = known.filter((secret) => secret.length >= SHORTEST_SECRET);
    this.#short = new Set(known.filter((secret) => secret.length < SHORTEST_SECRET));
  }

  /** Hides a value from now on; credentials after a scheme by themselves too. */
  hide(value: string): void {
    const credentials = value.replace(/^\w+\s+/, '');
    this.#add([value, credentials]);
  }

  #add(secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (secret.length < SHORTEST_SECRET || this.#found.includes(secret)) continue;
      if (this.#found.length < MAXIMUM_SECRETS) this.#found.push(secret);
    }
    this.#found = this.#found.toSorted((one, other) => other.length - one.length);
  }

  /** Takes a name for that of a secret, regardless of case. */
  hideName(name: string): void {
    this.#names.add(name.toLowerCase());
  }

  hides(name: string): boolean {
    return this.#names.has(name.toLowerCase()) || isSecretName(name);
  }

  /** Masks the values that go by a name if it is that of a secret; they are known as secrets from then on. */
  named(name: string, ...values: readonly string[]): string {
    if (!this.hides(name)) return values.map((value) => this.#whole(value)).join(', ');
    for (const value of values) {
      this.hide(value);
      if (/cookie/i.test(name))
        this.#add(value.split(/[;,]/).map((pair) => pair.replace(/^[^=]*=/, '').trim()));
    }
    return MASK;
  }

  #whole(value: string): string {
    return this.#short.has(value.trim()) ? MASK : this.text(value);
  }

  /** Masks the parameters with names of secrets, and the credentials before the host, in a path and query or an address. */
  url(text: string): string {
    const masked = text
      .replace(/^(\w+:\/\/)[^/?#@]*@/, `$1${MASK}@`)
      .replace(/([?&])([^=&#]*)=([^&#]*)/g, (whole, before: string, name: string, value: string) =>
        this.hides(decoded(name)) || this.#short.has(decoded(value))
          ? `${before}${name}=${this.#parameter(name, value)}`
          : whole,
      );
    return this.text(masked);
  }

  #parameter(name: string, value: string): string {
    this.hide(value);
    return this.named(decoded(name), decoded(value));
  }

  text(text: string): string {
    if (text.length > LONGEST_TEXT) return `(${text.length} characters)`;
    let masked = text;
    for (const secret of [...this.#known, ...this.#found]) {
      if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK);
    }
    return masked.replace(JSON_WEB_TOKEN, MASK).replace(CREDENTIALS, `$1$2${MASK}`);
  }
}

/**
 * Returns every form that a service's secrets take in what is shown: as they are, and, of those that are hidden
 * everywhere, encoded; the longest first.
 */
export function secretForms(secrets: Iterable<string>): string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret === '') continue;
    for (const form of [secret, ...(secret.length < SHORTEST_SECRET ? [] : encoded(secret))]) forms.add(form);
  }
  return [...forms].sort((one, other) => other.length - one.length);
}

/** Returns a secret as policies and expressions encode it: in a query, in a form, within JSON and HTML, and in Base64. */
function encoded(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    encodeURIComponent(secret),
    escapeData(secret),
    encodeForm(secret),
    encodeHtml(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
