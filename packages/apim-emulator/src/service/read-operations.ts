import { parse, YAMLParseError } from 'yaml';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { ArtifactFiles } from './artifact-files.ts';
import { readContract } from './read-contract.ts';
import { ServiceDefinitionError } from './service-definition.ts';
import type { OperationDefinition } from './service-definition.ts';

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);
const MAXIMUM_ID_LENGTH = 76;

interface OpenApi extends Readonly<Record<string, unknown>> {
  readonly openapi?: unknown;
  readonly paths?: Record<string, Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Reads the operations of an OpenAPI 3.0 specification, as API Management's import does: the operation id becomes
 * the resource name, the summary the display name.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-api-import-restrictions
 * @throws {ServiceDefinitionError}
 */
export function readOperations(
  file: string,
  files: ArtifactFiles,
  policyOf: (operationId: string) => PolicyElement | undefined,
): OperationDefinition[] {
  if (!files.has(file)) throw new ServiceDefinitionError(file, 'The specification is missing.');
  const document = file.endsWith('.json')
    ? ((files.json(file) ?? {}) as OpenApi)
    : readYaml(file, files.text(file));
  const { openapi, paths = {} } = document;
  if (typeof openapi !== 'string' || !openapi.startsWith('3.0.'))
    throw new ServiceDefinitionError(file, 'Only OpenAPI 3.0 is supported.');
  const operations: OperationDefinition[] = [];
  for (const [urlTemplate, item] of Object.entries(paths)) {
    if (urlTemplate.includes('*'))
      throw new ServiceDefinitionError(file, `${urlTemplate}: no wildcards, please.`);
    for (const [method, operation] of Object.entries(item)) {
      if (!METHODS.has(method)) continue;
      const id = typeof operation.operationId === 'string' ? operation.operationId : '';
      const place = `${method.toUpperCase()} ${urlTemplate}`;
      if (!/^[A-Za-z0-9][\w.-]*$/.test(id) || id.length > MAXIMUM_ID_LENGTH)
        throw new ServiceDefinitionError(
          file,
          `${place} needs an operationId of at most 76 letters, digits and hyphens.`,
        );
      const displayName = typeof operation.summary === 'string' ? operation.summary : id;
      operations.push({
        id,
        displayName,
        method: method.toUpperCase(),
        urlTemplate,
        policy: policyOf(id),
        contract: readContract(document, item, operation),
      });
    }
  }
  return operations;
}

function readYaml(file: string, source: string): OpenApi {
  try {
    return (parse(source) ?? {}) as OpenApi;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [start] = error.linePos ?? [];
    const [problem = ''] = error.message.split(' at line ');
    throw new ServiceDefinitionError(file, problem, start && { line: start.line, column: start.col });
  }
}
