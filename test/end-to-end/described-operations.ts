import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Answer } from './send-bytes.ts';

type Json = Readonly<Record<string, unknown>>;
type Content = Readonly<
  Record<string, { readonly schema: { readonly $ref: string }; readonly example: unknown }>
>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: { readonly enum?: readonly string[] };
  readonly example: string | number;
}

interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly headers?: object; readonly content: Content }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

/** An example call of a document. */
export interface ExampleCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Media types of answers that are described as texts. */
const TEXTS = ['text/plain', 'application/x-ndjson', 'text/csv'];
const FOLDER = join(process.cwd(), 'apim/apis');

/** An operation as a document describes it. */
export class DescribedOperation {
  readonly api: string;
  readonly operationId: string;
  /** Media types of the answer; none when it is not served. */
  readonly mediaTypes: readonly string[];
  readonly #method: string;
  readonly #path: string;
  readonly #operation: OperationObject;
  readonly #schemaOf: (reference: string) => ValidateFunction;
  readonly #eventOf: (reference: string) => string | undefined;

  constructor(api: string, document: Document, method: string, path: string, operation: OperationObject) {
    this.api = api;
    this.operationId = operation.operationId;
    this.mediaTypes = Object.keys(operation.responses['200']?.content ?? {});
    this.#method = method.toUpperCase();
    this.#path = path;
    this.#operation = operation;
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
    const { components } = document;
    this.#schemaOf = (reference) => ajv.compile({ $ref: reference, components });
    this.#eventOf = (reference) => {
      const data = components.schemas[reference.split('/').at(-1) ?? '']?.['x-event-data'];
      return typeof data === 'string' ? data : undefined;
    };
  }

  /** The call of the examples, and one for each thing that a caller may choose. */
  calls(): ExampleCall[] {
    const optional = this.#parameters().filter((one) => one.in !== 'path' && !this.#continues(one));
    const choices = optional.flatMap(({ name, schema }) =>
      (schema.enum ?? []).map((value) => this.#call([[name, value]])),
    );
    const all = optional.map(({ name, example }): [string, string] => [name, String(example)]);
    const choosesStream = this.mediaTypes.includes('text/event-stream') && choices.length === 0;
    return [
      this.#call([]),
      ...choices,
      ...(all.length > 0 ? [this.#call(all)] : []),
      ...(choosesStream ? [this.#call([], { stream: this.#body()?.stream !== true })] : []),
    ];
  }

  /** Lists the differences between an answer and its description; none when it is as described. */
  misfits(answer: Answer): unknown[] {
    const response = this.#operation.responses[String(answer.status)];
    const type = String(answer.headers['content-type']).split(';', 1)[0] ?? '';
    if (!response) return [`${answer.status} is not described: ${answer.text.slice(0, 500)}`];
    const media = response.content[type];
    if (!media) return [`${answer.status} with ${type} is not described`];
    const missing = Object.keys(response.headers ?? {}).filter((name) => answer.headers[name] === undefined);
    if (missing.length > 0) return [`${answer.status} has no ${missing.join(', ')}`];
    const reference = media.schema.$ref;
    if (TEXTS.includes(type)) return this.#check(reference, answer.text);
    if (type !== 'text/event-stream') return this.#check(reference, JSON.parse(answer.text));
    const event = this.#eventOf(reference);
    const data = [...answer.text.matchAll(/^data: ?(.*)$/gm)].map(([, text = '']) => text.trim());
    if (event === undefined || data.length === 0) return ['there is no event, or its data is not described'];
    return data.filter((one) => one !== '[DONE]').flatMap((one) => this.#check(event, JSON.parse(one)));
  }

  /** The example of the whole answer. */
  get example(): unknown {
    return this.#operation.responses['200']?.content['application/json']?.example;
  }

  #check(reference: string, value: unknown): unknown[] {
    const validate = this.#schemaOf(reference);
    return validate(value) ? [] : (validate.errors ?? []);
  }

  #call(chosen: readonly (readonly [string, string])[], more: Json = {}): ExampleCall {
    const parameters = this.#parameters();
    const isIn = (place: string, name: string) =>
      parameters.some((one) => one.in === place && one.name === name);
    const path = parameters
      .filter((one) => one.in === 'path')
      .reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), this.#path);
    const query = new URLSearchParams(
      Object.fromEntries(chosen.filter(([name]) => isIn('query', name))),
    ).toString();
    const headers = Object.fromEntries(chosen.filter(([name]) => isIn('header', name)));
    const body = this.#body();
    return {
      method: this.#method,
      path: `/${this.api}${path}${query === '' ? '' : `?${query}`}`,
      headers,
      ...(body && { body: JSON.stringify({ ...body, ...more }) }),
    };
  }

  /** True for a parameter whose value comes from an earlier answer, such as a page token. */
  #continues({ example }: Parameter): boolean {
    return (
      typeof example === 'string' && example !== '' && Object.values(this.example ?? {}).includes(example)
    );
  }

  #parameters(): readonly Parameter[] {
    return this.#operation.parameters ?? [];
  }

  #body(): Json | undefined {
    return this.#operation.requestBody?.content['application/json']?.example as Json | undefined;
  }
}

/** Reads every operation of every API, in the order of the documents; those about other calls come last. */
export function readOperations(): DescribedOperation[] {
  const apis = readdirSync(FOLDER).toSorted(
    (one, other) => Number(one === 'gateway') - Number(other === 'gateway'),
  );
  return apis.flatMap((api) => {
    const document = JSON.parse(readFileSync(join(FOLDER, api, 'specification.json'), 'utf8')) as Document;
    return Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(
        ([method, operation]) => new DescribedOperation(api, document, method, path, operation),
      ),
    );
  });
}
