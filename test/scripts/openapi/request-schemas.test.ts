import { Ajv } from 'ajv';
import { anthropicSurface } from '../../../scripts/openapi/anthropic-operations.ts';
import { gatewaySurface } from '../../../scripts/openapi/gateway-operations.ts';
import { nameSchemas } from '../../../scripts/openapi/name-schemas.ts';
import { openaiSurface } from '../../../scripts/openapi/openai-operations.ts';
import type { Operation, Surface } from '../../../scripts/openapi/surface.ts';
import { vertexSurface } from '../../../scripts/openapi/vertex-operations.ts';
import { anthropicDialect } from '../../../src/dialects/anthropic-dialect.ts';
import { gatewayDialect } from '../../../src/dialects/gateway-dialect.ts';
import { openAiDialect } from '../../../src/dialects/openai-dialect.ts';
import { vertexDialect } from '../../../src/dialects/vertex-dialect.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { DialectRequest } from '../../../src/prediction/dialect.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Read = (request: DialectRequest) => unknown;

const READERS: readonly (readonly [Surface, Read])[] = [
  [vertexSurface, (request) => vertexDialect.readPrediction(request)],
  [openaiSurface, (request) => openAiDialect.readPrediction(request)],
  [anthropicSurface, (request) => anthropicDialect.readPrediction(request)],
  [gatewaySurface, (request) => gatewayDialect.readQuestion(request)],
];

/** Raw operations. Their publishers define the bodies, so the document names fields and requires none. */
const RAW = /^publisher-models-(stream-)?raw-predict/;

const cases = READERS.flatMap(([surface, read]) =>
  surface.operations
    .filter(({ operationId, request, isServed }) => isServed !== false && request && !RAW.test(operationId))
    .map((operation) => [operation.operationId, surface, read, operation] as const),
);

/** Yields a body unchanged, and with each change in one place that schemas can tell apart. */
function* variantsOf(body: Json): Generator<Json> {
  yield body;
  for (const other of [null, true, 7, 'text', [], {}]) yield other;
  if (Array.isArray(body)) {
    for (const [index, element] of (body as readonly Json[]).entries())
      for (const variant of variantsOf(element)) yield body.with(index, variant) as Json[];
  } else if (typeof body === 'object' && body !== null) {
    const members = Object.entries(body as Record<string, Json>);
    yield Object.fromEntries([...members, ['surplus', 7]]);
    for (const [key, member] of members) {
      yield Object.fromEntries(members.filter(([other]) => other !== key));
      for (const variant of variantsOf(member)) yield Object.fromEntries([...members, [key, variant]]);
    }
  }
}

async function isRead(read: Read, surface: Surface, operation: Operation, body: Json): Promise<boolean> {
  const path = operation.path.replace(
    /\{([^}]+)\}/g,
    (_, name: string) => operation.pathExamples?.[name] ?? surface.pathParameters[name]?.example ?? '',
  );
  try {
    await read({
      method: operation.method.toUpperCase(),
      path: path.slice(1),
      query: new URLSearchParams(),
      header: () => null,
      body: Buffer.from(JSON.stringify(body)),
    });
    return true;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'INVALID_REQUEST') return false;
    throw error;
  }
}

test.each(cases)(
  'the gateway reads every body that the document of %s allows',
  async (_, surface, read, operation) => {
    const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
    const name = operation.request && surface.components.get(operation.request.schema)?.id;
    const isAllowed = ajv.compile({
      $ref: `#/components/schemas/${name ?? ''}`,
      components: { schemas: nameSchemas(surface) },
    });
    const example = JSON.parse(JSON.stringify(operation.request?.example)) as Json;
    const variants = [...variantsOf(example)];
    expect(isAllowed(example)).toBe(true);
    const unread: Json[] = [];
    for (const variant of variants)
      if (isAllowed(variant) && !(await isRead(read, surface, operation, variant))) unread.push(variant);
    expect(unread).toEqual([]);
    expect(variants.some((variant) => !isAllowed(variant))).toBe(true);
  },
);
