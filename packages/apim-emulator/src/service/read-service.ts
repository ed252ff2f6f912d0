import { join } from 'node:path';
import { parsePolicyDocument } from '../documents/parse-policy-document.ts';
import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Refuse } from '../documents/refuse.ts';
import { ArtifactFiles } from './artifact-files.ts';
import { readDiagnostic } from './read-diagnostic.ts';
import { type LoggerDefinition, readLogger } from './read-logger.ts';
import { readMcpServer, withMcpServers } from './read-mcp-server.ts';
import { readOperations } from './read-operations.ts';
import { refuseEqualNames, refuseEqualOperations, refuseEqualPaths } from './refuse-duplicates.ts';
import { ServiceDefinitionError } from './service-definition.ts';
import type { ApiDefinition, ProductDefinition, ServiceDefinition } from './service-definition.ts';

/** The folder names of APIOps; hyphens may stand for the spaces. */
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
  const files = new ArtifactFiles();
  const reader = new ServiceReader(files, refuse);
  if (!files.has(directory)) refuse(new ServiceDefinitionError(directory, 'There is no such folder.'));
  for (const kinds of [['apis', ...MCP_SERVERS], ['products'], ['backends'], NAMED_VALUES, FRAGMENTS])
    refuseEqualNames(files, directory, kinds, refuse);
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
  refuseEqualPaths(
    [
      ...apis.map((api) => ({ api, file: join(directory, 'apis', api.id, 'apiInformation.json') })),
      ...mcpServers,
    ],
    refuse,
  );
  reader.attempt(() => refuseSecondOpenProduct(join(directory, 'products'), products));
  reader.attempt(() => readServiceLogger(directory, files));
  const named = reader.each(directory, NAMED_VALUES, (folder, id) => readNamedValue(files, folder, id));
  refuseEqualDisplayNames(named, refuse);
  const fragments = reader.each(directory, FRAGMENTS, (folder, id) => {
    const root = reader.policy(join(folder, 'policy.xml'), 'fragment');
    return root && ([id, root] as const);
  });
  const service: ServiceDefinition = {
    policy: reader.policy(join(directory, 'policy.xml')),
    apis: [...apis, ...mcpServers.map(({ api }) => api)],
    products,
    fragments: new Map(fragments),
    backends: reader.each(directory, ['backends'], (folder, id) => {
      const file = join(folder, 'backendInformation.json');
      return { id, file, properties: files.properties(file) };
    }),
    namedValues: new Map(
      named.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
    ),
    secretNamedValues: new Set(named.filter(({ isSecret }) => isSecret).map(({ name }) => name)),
    diagnostic: reader.attempt(() => diagnosticOf(directory, files)),
  };
  for (const file of files.unread(directory))
    refuse(new ServiceDefinitionError(file, 'Nothing reads this file: it is misplaced, or not supported.'));
  return service;
}

/** Reads what is there, and goes on after what is refused, as far as `refuse` lets it. */
class ServiceReader {
  readonly #files: ArtifactFiles;
  readonly #refuse: Refuse;

  constructor(files: ArtifactFiles, refuse: Refuse) {
    this.#files = files;
    this.#refuse = refuse;
  }

  /** Returns the result of a reader; undefined when it refuses. */
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
      this.#files.folders(join(directory, name)).flatMap((id) => {
        const folder = join(directory, name, id);
        const result = this.attempt(() => read(folder, id));
        if (result === undefined) this.#files.giveUp(folder);
        return result === undefined ? [] : [result];
      }),
    );
  }

  /** The root element of a policy document; undefined where there is none. */
  policy(file: string, root = 'policies'): PolicyElement | undefined {
    if (!this.#files.has(file)) return undefined;
    return this.attempt(() => {
      const element = parsePolicyDocument(this.#files.text(file), file);
      if (element.name === root) return element;
      throw new PolicyDocumentError(element.position, element.name, `The root element is <${root}>.`);
    });
  }

  api(directory: string, id: string): ApiDefinition {
    const file = join(directory, 'apiInformation.json');
    const properties = this.#files.properties(file);
    if (properties.apiVersion !== undefined || properties.apiVersionSetId !== undefined)
      throw new ServiceDefinitionError(file, "Versions of an API aren't supported.");
    const keyNames = properties.subscriptionKeyParameterNames as
      { header?: string; query?: string } | undefined;
    const operationPolicy = (operation: string): PolicyElement | undefined =>
      this.policy(join(directory, 'operations', operation, 'policy.xml'));
    const specification = specificationOf(directory, this.#files);
    const operations = this.attempt(() => readOperations(specification, this.#files, operationPolicy)) ?? [];
    for (const name of this.#files.folders(join(directory, 'operations'))) {
      const folder = join(directory, 'operations', name);
      if (operations.some((operation) => operation.id === name)) continue;
      this.#refuse(new ServiceDefinitionError(folder, 'The API has no such operation.'));
      this.#files.giveUp(folder);
    }
    const api: ApiDefinition = {
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
    refuseEqualOperations(api, specification, this.#refuse);
    return api;
  }

  /** An MCP server, and the products whose keys open it. */
  mcpServer(
    directory: string,
    id: string,
    apis: readonly ApiDefinition[],
  ): { api: ApiDefinition; file: string; products: readonly string[] } {
    const file = join(directory, 'mcpServerInformation.json');
    const policy = this.policy(join(directory, 'policy.xml'));
    const api = readMcpServer({ id, file, properties: this.#files.properties(file), policy }, apis);
    return { api, file, products: [...readNames(this.#files, directory, 'products').keys()] };
  }

  product(directory: string, id: string, apis: readonly ApiDefinition[]): ProductDefinition {
    const properties = this.#files.properties(join(directory, 'productInformation.json'));
    const names = readNames(this.#files, directory, 'apis');
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
      groups: [...readNames(this.#files, directory, 'groups').keys()],
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
function readNames(
  files: ArtifactFiles,
  directory: string,
  kind: 'apis' | 'groups' | 'products',
): Map<string, string> {
  const file = join(directory, `${kind}.json`);
  const listed = files.has(file) ? files.json(file) : [];
  if (!Array.isArray(listed)) throw new ServiceDefinitionError(file, 'It is a list: [{ "name": "…" }].');
  const names = listed.map((item: unknown) => {
    const name = text(typeof item === 'object' && item !== null ? (item as { name?: unknown }).name : item);
    return [name ?? '', file] as const;
  });
  const folders = files.folders(join(directory, kind)).map((id) => [id, join(directory, kind, id)] as const);
  return new Map([...names, ...folders]);
}

/** Reads the diagnostic of the service. A diagnostic of an API would have to win over it, which isn't supported. */
function diagnosticOf(directory: string, files: ArtifactFiles): ServiceDefinition['diagnostic'] {
  for (const api of files.folders(join(directory, 'apis'))) {
    const own = join(directory, 'apis', api, DIAGNOSTIC);
    if (!files.has(own)) continue;
    files.giveUp(own);
    throw new ServiceDefinitionError(own, 'Diagnostics of single APIs are not supported by the emulator.');
  }
  const file = join(directory, DIAGNOSTIC, 'diagnosticInformation.json');
  return files.has(file) ? readDiagnostic(file, files.properties(file)) : undefined;
}

/**
 * Reads the logger that the service's diagnostic for Application Insights names; undefined where there is no diagnostic.
 * @throws {ServiceDefinitionError} where there is no such logger, or it isn't supported.
 */
export function readServiceLogger(
  directory: string,
  files = new ArtifactFiles(),
): LoggerDefinition | undefined {
  const diagnostic = join(directory, DIAGNOSTIC, 'diagnosticInformation.json');
  if (!files.has(diagnostic)) return undefined;
  const name = /^\/loggers\/([^/]+)$/.exec(text(files.properties(diagnostic).loggerId) ?? '')?.[1];
  if (name === undefined) throw new ServiceDefinitionError(diagnostic, '"loggerId" is "/loggers/{name}".');
  const file = join(directory, 'loggers', name, 'loggerInformation.json');
  return readLogger(file, files.properties(file));
}

/** Returns the path of the specification: YAML or JSON, whichever is there. */
function specificationOf(directory: string, files: ArtifactFiles): string {
  const all = SPECIFICATIONS.map((name) => join(directory, name));
  return all.find((file) => files.has(file)) ?? join(directory, 'specification.yaml');
}

interface NamedValue {
  readonly file: string;
  readonly name: string;
  readonly value: string | undefined;
  readonly isSecret: boolean;
}

function readNamedValue(files: ArtifactFiles, directory: string, id: string): NamedValue {
  const file = join(directory, 'namedValueInformation.json');
  const properties = files.properties(file);
  const isSecret = properties.secret === true || properties.keyVault !== undefined;
  return { file, name: text(properties.displayName) ?? id, value: text(properties.value), isSecret };
}

/** Policies name them by their display names, which are unique. */
function refuseEqualDisplayNames(named: readonly NamedValue[], refuse: Refuse): void {
  for (const [index, { file, name }] of named.entries()) {
    const other = named.slice(0, index).find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (other)
      refuse(new ServiceDefinitionError(file, `The displayName "${name}" is that of ${other.file} too.`));
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
