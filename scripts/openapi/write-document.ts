import { FAILURES } from './failures.ts';
import { type JsonSchema, keepReferred, nameSchemas, referTo } from './name-schemas.ts';
import type { FailureStatus, Operation, Surface } from './surface.ts';

/** The part of an OpenAPI document that the gateway's documents use: https://spec.openapis.org/oas/v3.0.3 */
interface OpenApiDocument {
  readonly 'x-generated': string;
  readonly openapi: '3.0.3';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

interface OperationObject {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly ParameterObject[];
  readonly requestBody?: {
    readonly required: true;
    readonly description: string;
    readonly content: Content;
  };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

interface ParameterObject {
  readonly name: string;
  readonly in: string;
  readonly required?: true;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly example: unknown;
}

interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>;
  readonly content: Content;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly example: unknown }>>;

const NOTICE = 'From scripts/openapi by npm run openapi:build; do not edit.';
/** Bicep loads at most a million characters from a file, which an indentation of two spaces would exceed. */
const INDENTATION = 1;
const REQUEST_ID_HEADER: NonNullable<ResponseObject['headers']> = {
  'x-request-id': {
    description: 'The id of the call and of its audit record. Failures have it too.',
    schema: { type: 'string', format: 'uuid' },
  },
};
const RETRY_AFTER_HEADER: NonNullable<ResponseObject['headers']> = {
  'retry-after': {
    description: 'The number of seconds to wait before the next try.',
    schema: { type: 'integer' },
  },
};

/** Writes the OpenAPI document of a surface as JSON. The same surface always gives the same text. */
export function writeDocument(surface: Surface): string {
  return `${JSON.stringify(describeSurface(surface), null, INDENTATION)}\n`;
}

function describeSurface(surface: Surface): OpenApiDocument {
  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const operation of surface.operations)
    (paths[operation.path] ??= {})[operation.method] = describeOperation(surface, operation);
  return {
    'x-generated': NOTICE,
    openapi: '3.0.3',
    info: { title: surface.title, version: '1', description: surface.description },
    servers: [{ url: `https://vertex-gateway.azure-api.net/${surface.id}` }],
    tags: surface.tags,
    paths,
    components: { schemas: keepReferred(nameSchemas(surface), paths) },
  };
}

function describeOperation(surface: Surface, operation: Operation): OperationObject {
  const { operationId, summary, description, tag, request, isServed = true } = operation;
  const parameters = describeParameters(surface, operation);
  return {
    operationId,
    summary: isServed ? summary : `${summary} (not served)`,
    description,
    tags: [tag],
    ...(parameters.length > 0 && { parameters }),
    ...(request && {
      requestBody: {
        required: true as const,
        description: request.description,
        content: {
          'application/json': { schema: referTo(surface, request.schema), example: request.example },
        },
      },
    }),
    responses: describeResponses(surface, operation),
  };
}

function describeParameters(surface: Surface, operation: Operation): ParameterObject[] {
  const names = [...operation.path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
  const ofPath = names.map((name): ParameterObject => {
    const parameter = surface.pathParameters[name];
    if (!parameter)
      throw new Error(`${operation.operationId}: the path parameter {${name}} is not described.`);
    const { description, example, enum: values } = parameter;
    return {
      name,
      in: 'path',
      required: true,
      description,
      schema: { type: 'string', ...(values && { enum: values }) },
      example: operation.pathExamples?.[name] ?? example,
    };
  });
  return [...ofPath, ...(operation.parameters ?? [])];
}

/** Describes the answers of an operation; one that is not served has failures only. */
function describeResponses(surface: Surface, operation: Operation): Record<string, ResponseObject> {
  const { answer, failures, isServed = true } = operation;
  const content = Object.entries(answer.content).map(([mediaType, { schema, example }]) => [
    mediaType,
    { schema: referTo(surface, schema), example },
  ]);
  const statuses = new Set<FailureStatus>([...failures, ...(isServed ? [] : ([501] as const))]);
  return {
    ...(isServed && {
      '200': {
        description: answer.description,
        headers: REQUEST_ID_HEADER,
        content: Object.fromEntries(content) as Content,
      },
    }),
    ...Object.fromEntries(
      [...statuses].toSorted().map((status) => [String(status), describeFailure(surface, status)]),
    ),
  };
}

function describeFailure(surface: Surface, status: FailureStatus): ResponseObject {
  const { mediaType, schema, example } = surface.failures;
  const failure = FAILURES[status];
  return {
    description: failure.description,
    ...(status === 429 && { headers: RETRY_AFTER_HEADER }),
    content: { [mediaType]: { schema: referTo(surface, schema), example: example(failure) } },
  };
}
