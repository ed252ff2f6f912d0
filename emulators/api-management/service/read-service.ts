import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePolicyDocument } from '../documents/parse-policy-document.ts';
import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Refuse } from '../documents/refuse.ts';
import { readDiagnostic } from './read-diagnostic.ts';
import { type LoggerDefinition, readLogger } from './read-logger.ts';
import { readMcpServer, withMcpServers } from './read-mcp-server.ts';
import { readOperations } from './read-operations.ts';
import { ServiceDefinitionError } from './service-definition.ts';
import type { ApiDefinition, ProductDefinition, ServiceDefinition } from './service-definition.ts';

/** Where APIOps puts things; hyphens may stand for the spaces. */
const FRAGMENTS = ['policy fragments', 'policy-fragments'];
const NAMED_VALUES = ['named values', 'named-values'];
const MCP_SERVERS = ['mcp servers', 'mcp-servers'];
/** The name that the product has for it. */
const DIAGNOSTIC = join('diagnostics', 'applicationinsights');
const SPECIFICATIONS = ['specification.yaml', 'specification.yml', 'specification.json'];

/**
 * Reads a folder of API Management artifacts in the layout of APIOps, with or without hyphens for the spaces in its
 * folder names: https://azure.github.io/apiops/apiops/3-apimTools/apiops-2-2-tools-extractor.html
 * @param refuse is told of every ServiceDefinitionError and PolicyDocumentError; what they are about is left out.
 */
export function readService(directory: string, refuse: Refuse): ServiceDefinition {
  const reader = new ServiceReader(refuse);
  if (!existsSync(directory)) refuse(new ServiceDefinitionError(directory, 'There is no such folder.'));
  const apis = reader.each(directory, ['apis'], (folder, id) => reader.api(folder, id));
  if (apis.length === 0) refuse(new ServiceDefinitionError(join(directory, 'apis'), 'There is no API.'));
  const mcpServers = reader.each(directory, MCP_SERVERS, (folder, id) => reader.mcpServer(folder, id, apis));
  const products = reader
    .each(directory, ['products'], (folder, id) => reader.product(folder, id, apis))
    .map((product) => withMcpServers(product, mcpServers));
  for (const { file, products: names } of mcpServers) {
    const unknown = names.find((name) => !products.some(({ id }) => id === name));
    if (unknown !== undefined) refuse(new ServiceDefinitionError(file, `There is no product "${unknown}".`));
  }
  reader.attempt(() => refuseSecondOpenProduct(join(directory, 'products'), products));
  reader.attempt(() => readServiceLogger(directory));
  const named = reader.each(directory, NAMED_VALUES, readNamedValue);
  const fragments = reader.each(directory, FRAGMENTS, (folder, id) => {
    const root = reader.policy(join(folder, 'policy.xml'), 'fragment');
    return root && ([id, root] as const);
  });
  return {
    policy: reader.policy(join(directory, 'policy.xml')),
    apis: [...apis, ...mcpServers.map(({ api }) => api)],
    products,
    fragments: new Map(fragments),
    backends: reader.each(directory, ['backends'], (folder, id) => {
      const file = join(folder, 'backendInformation.json');
      return { id, file, properties: readProperties(file) };
    }),
    namedValues: new Map(
      named.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
    ),
    secretNamedValues: new Set(named.filter(({ isSecret }) => isSecret).map(({ name }) => name)),
    diagnostic: reader.attempt(() => diagnosticOf(directory)),
  };
}

/** Reads what is there, and goes on after what is refused, as far as `refuse` lets it. */
class ServiceReader {
  readonly #refuse: Refuse;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
  }

  /** Undefined for what is refused. */
  attempt<Result>(read: () => Result): Result | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ServiceDefinitionError || error instanceof PolicyDocumentError)) throw error;
      this.#refuse(error);
      return undefined;
    }
  }

  /** Reads each folder in the one of these names that is there. */
  each<Result>(
    directory: string,
    names: readonly string[],
    read: (folder: string, id: string) => Result | undefined,
  ): Result[] {
    return names.flatMap((name) =>
      foldersIn(join(directory, name)).flatMap((id) => {
        const result = this.attempt(() => read(join(directory, name, id), id));
        return result === undefined ? [] : [result];
      }),
    );
  }

  /** The root element of a policy document; undefined where there is none. */
  policy(file: string, root = 'policies'): PolicyElement | undefined {
    if (!existsSync(file)) return undefined;
    return this.attempt(() => {
      const element = parsePolicyDocument(readFileSync(file, 'utf8'), file);
      if (element.name === root) return element;
      throw new PolicyDocumentError(element.position, element.name, `The root element is <${root}>.`);
    });
  }

  api(directory: string, id: string): ApiDefinition {
    const file = join(directory, 'apiInformation.json');
    const properties = readProperties(file);
    if (properties.apiVersion !== undefined || properties.apiVersionSetId !== undefined)
      throw new ServiceDefinitionError(file, "Versions of an API aren't supported.");
    const keyNames = properties.subscriptionKeyParameterNames as
      { header?: string; query?: string } | undefined;
    const operationPolicy = (operation: string): PolicyElement | undefined =>
      this.policy(join(directory, 'operations', operation, 'policy.xml'));
    const operations = this.attempt(() => readOperations(specificationOf(directory), operationPolicy)) ?? [];
    for (const name of foldersIn(join(directory, 'operations'))) {
      if (!operations.some((operation) => operation.id === name))
        this.#refuse(
          new ServiceDefinitionError(join(directory, 'operations', name), 'The API has no such operation.'),
        );
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
      policy: this.policy(join(directory, 'policy.xml')),
      operations,
    };
  }

  /** An MCP server, and the products whose keys open it. */
  mcpServer(
    directory: string,
    id: string,
    apis: readonly ApiDefinition[],
  ): { api: ApiDefinition; file: string; products: readonly string[] } {
    const file = join(directory, 'mcpServerInformation.json');
    if (apis.some((api) => api.id === id)) throw new ServiceDefinitionError(file, `There is an API "${id}".`);
    const policy = this.policy(join(directory, 'policy.xml'));
    const api = readMcpServer({ id, file, properties: readProperties(file), policy }, apis);
    return { api, file, products: [...readNames(directory, 'products').keys()] };
  }

  product(directory: string, id: string, apis: readonly ApiDefinition[]): ProductDefinition {
    const properties = readProperties(join(directory, 'productInformation.json'));
    const names = readNames(directory, 'apis');
    for (const [name, file] of names) {
      if (!apis.some((api) => api.id === name))
        this.#refuse(new ServiceDefinitionError(file, `There is no API "${name}".`));
    }
    const displayName = text(properties.displayName) ?? id;
    const subscriptionRequired = properties.subscriptionRequired !== false;
    return {
      id,
      displayName,
      subscriptionRequired,
      approvalRequired: properties.approvalRequired === true,
      isPublished: properties.state !== 'notPublished',
      subscriptionLimit:
        typeof properties.subscriptionsLimit === 'number' ? properties.subscriptionsLimit : null,
      groups: [...readNames(directory, 'groups').keys()],
      apis: [...names.keys()],
      apiDefinitions: apis.filter((api) => names.has(api.id)),
      policy: this.policy(join(directory, 'policy.xml')),
    };
  }
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

/** APIs or groups of a product, with what lists each: `apis.json`, or a folder for each in `apis/`; so with the rest. */
function readNames(directory: string, kind: 'apis' | 'groups' | 'products'): Map<string, string> {
  const file = join(directory, `${kind}.json`);
  const listed = existsSync(file) ? readJson(file) : [];
  if (!Array.isArray(listed)) throw new ServiceDefinitionError(file, 'It is a list: [{ "name": "…" }].');
  const names = listed.map((item: unknown) => {
    const name = text(typeof item === 'object' && item !== null ? (item as { name?: unknown }).name : item);
    return [name ?? '', file] as const;
  });
  const folders = foldersIn(join(directory, kind)).map((id) => [id, join(directory, kind, id)] as const);
  return new Map([...names, ...folders]);
}

/** Of the service. One of an API would have to win over it for that API, which isn't supported. */
function diagnosticOf(directory: string): ServiceDefinition['diagnostic'] {
  for (const api of foldersIn(join(directory, 'apis'))) {
    const own = join(directory, 'apis', api, DIAGNOSTIC);
    if (existsSync(own))
      throw new ServiceDefinitionError(own, 'Diagnostics of single APIs are not supported by the emulator.');
  }
  const file = join(directory, DIAGNOSTIC, 'diagnosticInformation.json');
  return existsSync(file) ? readDiagnostic(file, readProperties(file)) : undefined;
}

/**
 * Reads the logger that the service's diagnostic for Application Insights names; undefined where there is no diagnostic.
 * @throws {ServiceDefinitionError} where there is no such logger, or it isn't supported.
 */
export function readServiceLogger(directory: string): LoggerDefinition | undefined {
  const diagnostic = join(directory, DIAGNOSTIC, 'diagnosticInformation.json');
  if (!existsSync(diagnostic)) return undefined;
  const name = /^\/loggers\/([^/]+)$/.exec(text(readProperties(diagnostic).loggerId) ?? '')?.[1];
  if (name === undefined) throw new ServiceDefinitionError(diagnostic, '"loggerId" is "/loggers/{name}".');
  const file = join(directory, 'loggers', name, 'loggerInformation.json');
  return readLogger(file, readProperties(file));
}

/** YAML or JSON, whichever is there. */
function specificationOf(directory: string): string {
  const files = SPECIFICATIONS.map((name) => join(directory, name));
  return files.find((file) => existsSync(file)) ?? join(directory, 'specification.yaml');
}

function readNamedValue(
  directory: string,
  id: string,
): { name: string; value: string | undefined; isSecret: boolean } {
  const properties = readProperties(join(directory, 'namedValueInformation.json'));
  const isSecret = properties.secret === true || properties.keyVault !== undefined;
  return { name: text(properties.displayName) ?? id, value: text(properties.value), isSecret };
}

function readProperties(file: string): Record<string, unknown> {
  const { properties } = (readJson(file) ?? {}) as { properties?: Record<string, unknown> };
  if (!properties) throw new ServiceDefinitionError(file, 'It has no "properties".');
  return properties;
}

function readJson(file: string): unknown {
  if (!existsSync(file)) throw new ServiceDefinitionError(file, 'The file is missing.');
  const source = readFileSync(file, 'utf8');
  try {
    return JSON.parse(source) as unknown;
  } catch (error) {
    const at = /at position (\d+)/.exec(String(error))?.[1];
    throw new ServiceDefinitionError(
      file,
      'It is no JSON.',
      at === undefined ? undefined : placeOf(source, Number(at)),
    );
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

/** Line and column, which count from 1. */
function placeOf(source: string, offset: number): { line: number; column: number } {
  const lines = source.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
