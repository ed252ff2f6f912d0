import { ServiceDefinitionError } from './service-definition.ts';
import type { BackendDocument } from './service-definition.ts';

const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const SECONDS = [604_800, 86_400, 3600, 60, 1];

/**
 * The properties of one backend, read one by one: whatever isn't of its kind, or isn't known, is refused with its path.
 */
export class BackendProperties {
  readonly #document: BackendDocument;
  readonly #path: string;
  readonly #value: Readonly<Record<string, unknown>>;

  /** @throws {ServiceDefinitionError} for a value that is no object, or has other names than these. */
  constructor(document: BackendDocument, path: string, value: unknown, names: readonly string[]) {
    this.#document = document;
    this.#path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#fail('', 'is an object.');
    this.#value = value as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(value)) {
      if (!names.includes(name)) this.#fail(name, `isn't supported; allowed: ${names.join(', ')}.`);
    }
  }

  has(name: string): boolean {
    return this.#value[name] !== undefined && this.#value[name] !== null;
  }

  object(name: string, names: readonly string[]): BackendProperties {
    return new BackendProperties(this.#document, this.#at(name), this.#value[name] ?? {}, names);
  }

  list(name: string, names: readonly string[]): BackendProperties[] {
    return this.#array(name).map(
      (item, index) => new BackendProperties(this.#document, `${this.#at(name)}[${index}]`, item, names),
    );
  }

  texts(name: string): string[] {
    return this.#array(name).map((item) =>
      typeof item === 'string' ? item : this.#fail(name, 'is a list of texts.'),
    );
  }

  /** Returns texts, or lists of them, by name. */
  namedTexts(name: string): [string, string[]][] {
    const value = this.#value[name] ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) this.#fail(name, 'is an object.');
    return Object.entries(value).map(([key, texts]) => {
      const all: unknown[] = Array.isArray(texts) ? texts : [texts];
      if (!all.every((one) => typeof one === 'string')) this.#fail(`${name}.${key}`, 'is a list of texts.');
      return [key, all];
    });
  }

  text(name: string): string {
    const value = this.#value[name];
    return typeof value === 'string' ? value : this.#fail(name, 'is a text, and required.');
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#value[name] ?? fallback;
    return typeof value === 'boolean' ? value : this.#fail(name, 'is true or false.');
  }

  /** Reads a whole number. Templates have numbers as text, too. */
  wholeNumber(name: string, minimum: number, maximum: number): number {
    const value = this.#value[name];
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= minimum && number <= maximum)
      return number;
    return this.#fail(name, `is a whole number from ${minimum} to ${maximum}.`);
  }

  /** An ISO 8601 duration in days and less, such as `PT1M30S`. */
  durationInMs(name: string): number {
    const parts = DURATION.exec(this.text(name))?.slice(1);
    const seconds = parts?.reduce((sum, part, index) => sum + Number(part || '0') * (SECONDS[index] ?? 0), 0);
    if (seconds === undefined || seconds <= 0) return this.#fail(name, 'is a duration such as PT1M.');
    return seconds * 1000;
  }

  fail(name: string, problem: string): never {
    return this.#fail(name, problem);
  }

  #array(name: string): readonly unknown[] {
    const value = this.#value[name] ?? [];
    return Array.isArray(value) ? value : this.#fail(name, 'is a list.');
  }

  #at(name: string): string {
    return name === '' ? this.#path : `${this.#path}.${name}`;
  }

  #fail(name: string, problem: string): never {
    throw new ServiceDefinitionError(this.#document.file, `${this.#at(name)} ${problem}`);
  }
}
