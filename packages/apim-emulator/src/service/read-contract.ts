import type {
  ContractParameter,
  MessageContent,
  OperationContract,
  Schema,
} from '../engine/operation-contract.ts';

type Node = Readonly<Record<string, unknown>>;

/**
 * Reads what a specification says about an operation's messages. Parameters of cookies are left out, as by the
 * import: https://learn.microsoft.com/azure/api-management/api-management-api-import-restrictions
 */
export function readContract(document: Node, pathItem: Node, operation: Node): OperationContract {
  const resolve = (value: unknown): Node => resolveReference(document, value);
  const parameters = new Map<string, ContractParameter>();
  // The operation's own come last: they win over those of its path.
  for (const parameter of [...list(pathItem.parameters), ...list(operation.parameters)].map(resolve)) {
    const { in: place, name, required, schema, description } = parameter;
    if ((place !== 'path' && place !== 'query' && place !== 'header') || typeof name !== 'string') continue;
    const key = `${place} ${place === 'header' ? name.toLowerCase() : name}`;
    parameters.set(key, {
      in: place,
      name,
      required: required === true,
      schema: asNode(schema),
      ...(typeof description === 'string' && { description }),
    });
  }
  const requestBody = resolve(operation.requestBody);
  const responses = Object.entries(asNode(operation.responses) ?? {}).map(
    ([status, response]): [string, MessageContent] => [status, readContent(resolve(response))],
  );
  return {
    parameters: [...parameters.values()],
    requestBody: { required: requestBody.required === true, content: readContent(requestBody) },
    responses: new Map(responses),
    schemas: (asNode(asNode(document.components)?.schemas) ?? {}) as Record<string, Schema>,
  };
}

function readContent(message: Node): MessageContent {
  const content = Object.entries(asNode(message.content) ?? {});
  return new Map(content.map(([type, media]) => [type.toLowerCase(), asNode(asNode(media)?.schema)]));
}

/** Returns the target of a local reference; the value itself where it is none. */
function resolveReference(document: Node, value: unknown): Node {
  const node = asNode(value) ?? {};
  if (typeof node.$ref !== 'string' || !node.$ref.startsWith('#/')) return node;
  let found: unknown = document;
  for (const step of node.$ref.slice(2).split('/'))
    found = asNode(found)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  return asNode(found) ?? {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asNode(value: unknown): Node | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : undefined;
}
