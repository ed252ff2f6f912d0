import type { OperationContract, Schema } from '../engine/operation-contract.ts';

/** The argument that is the whole body, where the body is no object with named properties. */
export const BODY = 'body';

/** The JSON body of an operation. */
export interface JsonBody {
  readonly required: boolean;
  /** The schema of the body; undefined where anything goes. */
  readonly schema: Schema | undefined;
  /** True when its properties are arguments of their own. */
  readonly isSpread: boolean;
}

/** Returns the JSON body of an operation; undefined where it takes none. */
export function jsonBodyOf({ requestBody, schemas }: OperationContract): JsonBody | undefined {
  if (!requestBody.content.has('application/json')) return undefined;
  const schema = resolve(requestBody.content.get('application/json'), schemas);
  const combined = ['allOf', 'anyOf', 'oneOf'].some((keyword) => schema?.[keyword] !== undefined);
  const isSpread = typeof schema?.properties === 'object' && schema.properties !== null && !combined;
  return { required: requestBody.required, schema, isSpread };
}

/** Follows the reference of a schema. A reference that leads round, or nowhere, gives none. */
function resolve(schema: Schema | undefined, schemas: OperationContract['schemas']): Schema | undefined {
  let found = schema;
  for (let step = 0; typeof found?.$ref === 'string'; step += 1) {
    if (step > 10) return undefined;
    found = schemas[found.$ref.replace('#/components/schemas/', '')];
  }
  return found;
}
