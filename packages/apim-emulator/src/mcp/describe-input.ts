import { COMPONENTS, convertSchema } from '../engine/convert-schema.ts';
import type { ContractParameter, OperationContract, Schema } from '../engine/operation-contract.ts';
import { BODY, jsonBodyOf } from './json-body.ts';

const REFERENCE = `${COMPONENTS}#/components/schemas/`;

/**
 * Returns the parameters that are arguments. Headers of an operation come with the message, as far as they are passed
 * on.
 */
export function argumentParameters({ parameters }: OperationContract): ContractParameter[] {
  return parameters.filter((parameter) => parameter.in !== 'header');
}

/**
 * Returns the JSON Schema of a tool's arguments: the operation's parameters and the properties of its body, side by
 * side.
 * @throws Error where two of them have one name.
 */
export function describeInput(contract: OperationContract): Schema {
  const properties = new Map<string, unknown>();
  const required: string[] = [];
  const add = (name: string, schema: Schema, isRequired: boolean): void => {
    if (properties.has(name)) throw new Error(`Two of its inputs have the name "${name}".`);
    properties.set(name, schema);
    if (isRequired) required.push(name);
  };
  for (const { name, schema = {}, description, required: isRequired } of argumentParameters(contract))
    add(name, { ...convertSchema(schema, undefined), ...(description && { description }) }, isRequired);
  const body = jsonBodyOf(contract);
  const converted = body && convertSchema(body.schema ?? {}, undefined);
  if (body && !body.isSpread) add(BODY, converted ?? {}, body.required);
  else if (body) {
    const named = Array.isArray(converted?.required) ? (converted.required as unknown[]) : [];
    for (const [name, schema] of Object.entries((converted?.properties ?? {}) as Record<string, Schema>))
      add(name, schema, body.required && named.includes(name));
  }
  const isClosed = !body?.isSpread || converted?.additionalProperties === false;
  return withDefinitions(
    {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
      ...(isClosed && { additionalProperties: false }),
    },
    contract,
  );
}

/** Adds the definitions that a schema refers to, directly or through others. */
function withDefinitions(schema: Schema, { schemas }: OperationContract): Schema {
  const names = new Set<string>();
  const refer = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(refer);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]: [string, unknown]) => {
        if (key !== '$ref' || typeof inner !== 'string') return [key, refer(inner)];
        const name = inner.replace(REFERENCE, '');
        names.add(name);
        return [key, `#/$defs/${name}`];
      }),
    );
  };
  const referring = refer(schema) as Schema;
  const definitions: [string, unknown][] = [];
  // Names that are found on the way are visited too: a set's iteration sees what is added to it.
  for (const name of names) definitions.push([name, refer(convertSchema(schemas[name] ?? {}, undefined))]);
  return definitions.length === 0 ? referring : { ...referring, $defs: Object.fromEntries(definitions) };
}
