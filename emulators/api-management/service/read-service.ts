import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePolicyDocument } from '../documents/parse-policy-document.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import { readOperations } from './read-operations.ts';
import { ServiceDefinitionError } from './service-definition.ts';
import type { ApiDefinition, ProductDefinition, ServiceDefinition } from './service-definition.ts';

/**
 * Reads a folder of API Management artifacts in the layout of APIOps, with hyphens for the spaces in its folder
 * names: https://azure.github.io/apiops/apiops/3-apimTools/apiops-2-2-tools-extractor.html
 * @throws {ServiceDefinitionError | PolicyDocumentError}
 */
export function readService(directory: string): ServiceDefinition {
  if (!existsSync(directory)) throw new ServiceDefinitionError(directory, 'There is no such folder.');
  const apis = foldersIn(join(directory, 'apis')).map((id) => readApi(join(directory, 'apis', id), id));
  if (apis.length === 0) throw new ServiceDefinitionError(join(directory, 'apis'), 'There is no API.');
  const products = foldersIn(join(directory, 'products')).map((id) =>
    readProduct(join(directory, 'products', id), id, apis),
  );
  refuseSecondOpenProduct(join(directory, 'products'), products);
  return {
    policy: readPolicy(join(directory, 'policy.xml')),
    apis,
    products,
    fragments: readFragments(join(directory, 'policy-fragments')),
    namedValues: readNamedValues(join(directory, 'named-values')),
  };
}

function readApi(directory: string, id: string): ApiDefinition {
  const file = join(directory, 'apiInformation.json');
  const properties = readProperties(file);
  if (properties.apiVersion !== undefined || properties.apiVersionSetId !== undefined)
    throw new ServiceDefinitionError(file, "Versions of an API aren't supported.");
  const keyNames = properties.subscriptionKeyParameterNames as
    { header?: string; query?: string } | undefined;
  const operationPolicy = (operation: string): PolicyElement | undefined =>
    readPolicy(join(directory, 'operations', operation, 'policy.xml'));
  const operations = readOperations(join(directory, 'specification.yaml'), operationPolicy);
  for (const name of foldersIn(join(directory, 'operations'))) {
    if (!operations.some((operation) => operation.id === name))
      throw new ServiceDefinitionError(join(directory, 'operations', name), 'The API has no such operation.');
  }
  return {
    id,
    displayName: text(properties.displayName) ?? id,
    path: (text(properties.path) ?? '').replace(/^\/|\/$/g, ''),
    serviceUrl: text(properties.serviceUrl),
    subscriptionRequired: properties.subscriptionRequired !== false,
    keyNames: {
      header: keyNames?.header ?? 'Ocp-Apim-Subscription-Key',
      query: keyNames?.query ?? 'subscription-key',
    },
    revision: text(properties.apiRevision) ?? '1',
    policy: readPolicy(join(directory, 'policy.xml')),
    operations,
  };
}

function readProduct(directory: string, id: string, apis: readonly ApiDefinition[]): ProductDefinition {
  const properties = readProperties(join(directory, 'productInformation.json'));
  const file = join(directory, 'apis.json');
  const listed = existsSync(file) ? (readJson(file) as unknown[]) : [];
  const names = listed.map(
    (item) => text(typeof item === 'object' ? (item as { name?: unknown }).name : item) ?? '',
  );
  for (const name of names) {
    if (!apis.some((api) => api.id === name))
      throw new ServiceDefinitionError(file, `There is no API "${name}".`);
  }
  const displayName = text(properties.displayName) ?? id;
  const subscriptionRequired = properties.subscriptionRequired !== false;
  return {
    id,
    displayName,
    subscriptionRequired,
    apis: names,
    policy: readPolicy(join(directory, 'policy.xml')),
  };
}

/** "An API can be associated with at most one open product." */
function refuseSecondOpenProduct(directory: string, products: readonly ProductDefinition[]): void {
  const open = products.filter(({ subscriptionRequired }) => !subscriptionRequired);
  for (const api of new Set(open.flatMap(({ apis }) => apis))) {
    const [, second] = open.filter(({ apis }) => apis.includes(api));
    if (second)
      throw new ServiceDefinitionError(
        join(directory, second.id),
        `The API "${api}" is in another open product.`,
      );
  }
}

function readFragments(directory: string): Map<string, PolicyElement> {
  const fragments = new Map<string, PolicyElement>();
  for (const id of foldersIn(directory)) {
    const root = readPolicy(join(directory, id, 'policy.xml'), 'fragment');
    if (root) fragments.set(id, root);
  }
  return fragments;
}

function readNamedValues(directory: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const id of foldersIn(directory)) {
    const properties = readProperties(join(directory, id, 'namedValueInformation.json'));
    const value = text(properties.value);
    if (value !== undefined) values.set(text(properties.displayName) ?? id, value);
  }
  return values;
}

function readPolicy(file: string, root = 'policies'): PolicyElement | undefined {
  if (!existsSync(file)) return undefined;
  const element = parsePolicyDocument(readFileSync(file, 'utf8'), file);
  if (element.name !== root) throw new ServiceDefinitionError(file, `The root element is <${root}>.`);
  return element;
}

function readProperties(file: string): Record<string, unknown> {
  const { properties } = readJson(file) as { properties?: Record<string, unknown> };
  if (!properties) throw new ServiceDefinitionError(file, 'It has no "properties".');
  return properties;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new ServiceDefinitionError(file, error instanceof Error ? error.message : 'It is no JSON.');
  }
}

function foldersIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
