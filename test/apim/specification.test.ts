import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Described {
  readonly description?: string;
  readonly summary?: string;
  readonly operationId?: string;
  readonly parameters?: readonly (Described & { readonly in: string; readonly schema: object })[];
  readonly responses?: Record<string, Described>;
  readonly requestBody?: Described;
}

interface Specification {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Described>>;
  readonly components: Record<
    string,
    Record<string, Described & { properties?: Record<string, Described & { $ref?: string }> }>
  >;
}

const APIS = readdirSync(join(process.cwd(), 'apim/apis'));

function readSpecification(api: string): { text: string; specification: Specification } {
  const text = readFileSync(join(process.cwd(), 'apim/apis', api, 'specification.yaml'), 'utf8');
  return { text, specification: parse(text) as Specification };
}

test.each(APIS)('%s is an API that API Management imports without losing anything', (api) => {
  const { text, specification } = readSpecification(api);
  expect(specification.openapi).toBe('3.0.3');
  expect(Object.keys(specification.components)).toEqual(['schemas']);
  expect(text.length).toBeLessThan(4_000_000);
  expect(text).not.toMatch(/callbacks:|examples:|in: cookie|style:|explode:/);
  const references = [...text.matchAll(/\$ref: '(.*)'/g)].map(([, reference]) => reference);
  for (const reference of references) expect(reference).toMatch(/^#\/components\/schemas\/\w+$/);
});

test.each(APIS)('every operation of %s has a stable kebab-case id and says what it does', (api) => {
  const { specification } = readSpecification(api);
  const operations = Object.values(specification.paths).flatMap((item) => Object.values(item));
  for (const { operationId, summary, description, parameters, responses, requestBody } of operations) {
    expect(operationId).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(operationId?.length).toBeLessThanOrEqual(76);
    expect(summary?.length).toBeGreaterThan(0);
    expect(description?.length).toBeGreaterThan(0);
    if (requestBody) expect(requestBody.description?.length).toBeGreaterThan(0);
    for (const parameter of parameters ?? []) expect(parameter.description?.length).toBeGreaterThan(0);
    for (const response of Object.values(responses ?? {}))
      expect(response.description?.length).toBeGreaterThan(0);
  }
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

test.each(APIS)('every property of every schema of %s is described', (api) => {
  const { specification } = readSpecification(api);
  for (const [name, schema] of Object.entries(specification.components.schemas ?? {})) {
    expect([name, schema.description?.length]).not.toEqual([name, undefined]);
    for (const [property, { description, $ref }] of Object.entries(schema.properties ?? {}))
      expect([property, description ?? $ref]).not.toEqual([property, undefined]);
  }
});
