import { describeInput } from '../mcp/describe-input.ts';
import type { McpServerDefinition, ToolDefinition } from '../mcp/mcp-server-definition.ts';
import type { OperationContract } from '../engine/operation-contract.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import { ServiceDefinitionError } from './service-definition.ts';
import type { ApiDefinition, OperationDefinition, ProductDefinition } from './service-definition.ts';

const TOOL_NAME = /^[A-Za-z0-9_-]{1,80}$/;
const METHODS = ['POST', 'GET', 'DELETE'];
const NO_CONTRACT: OperationContract = {
  parameters: [],
  requestBody: { required: false, content: new Map() },
  responses: new Map(),
  schemas: {},
};

/** The content of the folder of an MCP server. */
export interface McpServerFiles {
  readonly id: string;
  /** The path of the file with the properties. */
  readonly file: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly policy: PolicyElement | undefined;
}

/**
 * Reads an MCP server: an API whose operations are the methods of the transport, and behind it tools that are operations
 * of other APIs.
 * Source: https://learn.microsoft.com/azure/api-management/manage-mcp-servers-rest-api
 * @throws {ServiceDefinitionError}
 */
export function readMcpServer(
  { id, file, properties, policy }: McpServerFiles,
  apis: readonly ApiDefinition[],
): ApiDefinition {
  const refuse = (problem: string): never => {
    throw new ServiceDefinitionError(file, problem);
  };
  const {
    displayName = id,
    description,
    path,
    type,
    mcpTools,
    subscriptionKeyParameterNames = {},
  } = properties;
  if (type !== 'mcp') refuse('properties.type is "mcp".');
  if (typeof path !== 'string' || path === '') return refuse('properties.path is a text, and required.');
  if (properties.serviceUrl !== undefined || properties.backendId !== undefined)
    refuse('An MCP server that stands elsewhere is not supported: only operations as tools.');
  if (!Array.isArray(mcpTools) || mcpTools.length === 0)
    return refuse('properties.mcpTools is a list of tools.');
  const tools = mcpTools.map((tool: unknown, index) =>
    readTool(tool, apis, (problem) => refuse(`properties.mcpTools[${index}] ${problem}`)),
  );
  if (new Set(tools.map(({ name }) => name)).size < tools.length)
    refuse('properties.mcpTools has a name twice.');
  const { header, query } = subscriptionKeyParameterNames as { header?: string; query?: string };
  const mcpServer: McpServerDefinition = {
    id,
    title: String(displayName),
    description: typeof description === 'string' ? description : undefined,
    tools,
  };
  return {
    id,
    displayName: mcpServer.title,
    path: path.replace(/^\/|\/$/g, ''),
    serviceUrl: undefined,
    subscriptionRequired: properties.subscriptionRequired !== false,
    keyNames: { header: header ?? 'Ocp-Apim-Subscription-Key', query: query ?? 'subscription-key' },
    revision: '1',
    policy,
    operations: METHODS.map((method): OperationDefinition => ({
      id: `mcp-${method.toLowerCase()}`,
      displayName: `${method} of the MCP server`,
      method,
      urlTemplate: '/mcp',
      policy: undefined,
      contract: NO_CONTRACT,
    })),
    mcpServer,
  };
}

function readTool(
  value: unknown,
  apis: readonly ApiDefinition[],
  refuse: (problem: string) => never,
): ToolDefinition {
  const { name, operationId, description } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || !TOOL_NAME.test(name))
    return refuse('needs a name of at most 80 letters, digits, hyphens and underscores.');
  const [, apiId, id] = /\/?apis\/([^/]+)\/operations\/([^/]+)$/.exec(String(operationId)) ?? [];
  const api = apis.find((one) => one.id === apiId);
  const operation = api?.operations.find((one) => one.id === id);
  if (!api || !operation) return refuse(`("${name}") has no operation: operationId is /apis/…/operations/….`);
  try {
    return {
      name,
      title: operation.displayName,
      description: typeof description === 'string' ? description : operation.displayName,
      api,
      operation,
      inputSchema: describeInput(operation.contract),
    };
  } catch (error) {
    return refuse(`("${name}") can't be called. ${error instanceof Error ? error.message : ''}`);
  }
}

/** Returns a product with the MCP servers that are open to it. */
export function withMcpServers(
  product: ProductDefinition,
  servers: readonly { readonly api: ApiDefinition; readonly products: readonly string[] }[],
): ProductDefinition {
  const open = servers.filter(({ products }) => products.includes(product.id)).map(({ api }) => api);
  const { apis, apiDefinitions } = product;
  return {
    ...product,
    apis: [...apis, ...open.map(({ id }) => id)],
    apiDefinitions: [...apiDefinitions, ...open],
  };
}
