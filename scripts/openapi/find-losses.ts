/**
 * The longest JSON file that Bicep loads. The bound of API Management, 4 MB inline, is wider.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-files#loadjsoncontent
 */
const MAXIMUM_CHARACTERS = 1_048_576;
const MAXIMUM_ID_LENGTH = 76;
const MAXIMUM_SUMMARY_LENGTH = 300;
const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch']);
const REFERENCE = /^#\/components\/schemas\/(\w+)$/;
/** Fields that the import doesn't support, by the object that has them. */
const UNSUPPORTED = {
  document: ['externalDocs', 'security'],
  path: ['servers', 'trace'],
  operation: ['externalDocs', 'callbacks', 'security', 'servers'],
  parameter: ['allowEmptyValue', 'style', 'explode', 'allowReserved', 'examples', 'content'],
  content: ['examples', 'encoding'],
} as const;

type Json = Readonly<Record<string, unknown>>;

interface Document {
  readonly openapi: unknown;
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

/**
 * Lists the parts of a document, with their places, that API Management would refuse or lose when importing it, and the
 * parts without a description for its developer portal.
 * @returns an empty list for a document that is imported whole.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-api-import-restrictions
 */
export function findLosses(text: string): string[] {
  const document = JSON.parse(text) as Document;
  const { schemas } = document.components;
  return [
    ...(text.length > MAXIMUM_CHARACTERS
      ? [`The document has ${text.length} characters; ${MAXIMUM_CHARACTERS} are loaded.`]
      : []),
    ...(document.openapi === '3.0.3' ? [] : ['openapi must be 3.0.3.']),
    ...findFields('the document', document, UNSUPPORTED.document),
    ...findOthers('components', document.components, ['schemas']),
    ...findReferences(document),
    ...findRepeatedIds(document),
    ...Object.entries(document.paths).flatMap(([path, item]) => inspectPath(path, item)),
    ...Object.entries(schemas).flatMap(([name, schema]) => [
      ...(typeof schema.description === 'string' ? [] : [`${name} is not described.`]),
      ...findUndescribed(name, schema),
      ...(refersTo(name, schema, schemas) ? [`${name} is recursive.`] : []),
    ]),
  ];
}

function inspectPath(path: string, item: Json): string[] {
  return [
    ...findFields(path, item, UNSUPPORTED.path),
    ...Object.entries(item).flatMap(([method, operation]) =>
      METHODS.has(method) ? inspectOperation(`${method} ${path}`, path, method, operation as Json) : [],
    ),
  ];
}

function inspectOperation(place: string, path: string, method: string, operation: Json): string[] {
  const { operationId, summary, requestBody, responses } = operation;
  const parameters = listOf(operation.parameters);
  const bodies = [requestBody, ...Object.values((responses ?? {}) as Json)].filter(
    (one) => one !== undefined,
  );
  return [
    ...findFields(place, operation, UNSUPPORTED.operation),
    ...(typeof operationId === 'string' &&
    /^[a-z0-9]+(-[a-z0-9]+)*$/.test(operationId) &&
    operationId.length <= MAXIMUM_ID_LENGTH
      ? []
      : [`${place}: operationId must be kebab-case, at most ${MAXIMUM_ID_LENGTH} characters.`]),
    ...(isText(summary) && summary.length <= MAXIMUM_SUMMARY_LENGTH
      ? []
      : [`${place}: summary must have 1 to ${MAXIMUM_SUMMARY_LENGTH} characters.`]),
    ...(isText(operation.description) ? [] : [`${place} is not described.`]),
    ...(method === 'get' && requestBody !== undefined ? [`${place}: the body of a GET is discarded.`] : []),
    ...inspectNames(place, path, parameters),
    ...parameters.flatMap((parameter) => inspectParameter(place, parameter)),
    ...bodies.flatMap((body) => inspectBody(place, body as Json)),
  ];
}

/** The path template must match its parameters, and names must differ by more than case. */
function inspectNames(place: string, path: string, parameters: readonly Json[]): string[] {
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
  const described = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
  const names = parameters.map(({ name }) => String(name).toLowerCase());
  return [
    ...(inPath.toSorted().join() === described.toSorted().join()
      ? []
      : [`${place}: the path and its parameters differ.`]),
    ...(new Set(names).size === names.length ? [] : [`${place}: a parameter's name occurs twice.`]),
  ];
}

function inspectParameter(place: string, parameter: Json): string[] {
  const where = `${place}, parameter ${String(parameter.name)}`;
  return [
    ...findFields(where, parameter, UNSUPPORTED.parameter),
    ...(['path', 'query', 'header'].includes(String(parameter.in))
      ? []
      : [`${where}: parameters are in path, query or header.`]),
    ...(parameter.in === 'query' && parameter.required === true
      ? [`${where}: a required query parameter would become part of the path.`]
      : []),
    ...(isText(parameter.description) ? [] : [`${where} is not described.`]),
    ...(parameter.example === undefined ? [`${where} has no example.`] : []),
  ];
}

function inspectBody(place: string, body: Json): string[] {
  return [
    ...(isText(body.description) ? [] : [`${place}: a body is not described.`]),
    ...Object.entries((body.content ?? {}) as Record<string, Json>).flatMap(([mediaType, media]) => {
      const where = `${place}, ${mediaType}`;
      const { $ref } = (media.schema ?? {}) as Json;
      return [
        ...findFields(where, media, UNSUPPORTED.content),
        ...(media.example === undefined ? [`${where} has no example.`] : []),
        ...(typeof $ref === 'string' ? [] : [`${where}: the schema must be a named one.`]),
      ];
    }),
  ];
}

function findFields(place: string, object: object, fields: readonly string[]): string[] {
  return fields.filter((field) => field in object).map((field) => `${place}: ${field} is not supported.`);
}

function findOthers(place: string, object: object, fields: readonly string[]): string[] {
  return Object.keys(object)
    .filter((field) => !fields.includes(field))
    .map((field) => `${place}: ${field} is not supported.`);
}

function findReferences(document: Document): string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, one = '']) => one);
  return [...new Set(references)]
    .filter((one) => !Object.hasOwn(document.components.schemas, REFERENCE.exec(one)?.[1] ?? ''))
    .map((one) => `The reference ${one} leads to no schema of the document.`);
}

function findRepeatedIds({ paths }: Document): string[] {
  const ids = Object.values(paths).flatMap((item) =>
    Object.values(item).map((operation) => String((operation as Json).operationId)),
  );
  return ids
    .filter((id, index) => ids.indexOf(id) < index)
    .map((id) => `The operationId ${id} occurs twice.`);
}

/** Lists properties without a description, at any depth. A named schema has its description itself. */
function findUndescribed(place: string, schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items, additionalProperties, ...rest } = schema as Record<string, unknown>;
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => listOf(rest[key]));
  return [
    ...Object.entries(properties as Record<string, Json>).flatMap(([name, property]) => {
      const where = `${place}.${name}`;
      const isDescribed = isText(property.description) || property.$ref !== undefined;
      return [...(isDescribed ? [] : [`${where} is not described.`]), ...findUndescribed(where, property)];
    }),
    ...findUndescribed(`${place}[]`, items),
    ...findUndescribed(`${place}.*`, additionalProperties),
    ...parts.flatMap((part) => findUndescribed(place, part)),
  ];
}

function refersTo(name: string, part: unknown, schemas: Document['components']['schemas']): boolean {
  const seen = new Set<string>();
  const waiting = namesIn(part);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === name) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...namesIn(schemas[next]));
  }
  return false;
}

function namesIn(part: unknown): string[] {
  return [...JSON.stringify([part]).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name = '']) => name,
  );
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}
