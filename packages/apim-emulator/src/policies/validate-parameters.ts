import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { ContractParameter, OperationContract, Schema } from '../engine/operation-contract.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { readParameterValue } from '../engine/read-parameter-value.ts';
import { SchemaChecks } from '../engine/schema-checks.ts';
import type { PolicyDefinition } from './policy.ts';
import { ACTION_RULE, INTERNAL_ANSWER, readAction, reportErrors } from './validation-errors.ts';
import type { ValidationAction, ValidationError } from './validation-errors.ts';

const PARAMETER = {
  attributes: { name: { required: true, literal: true }, action: { required: true, ...ACTION_RULE } },
} as const;

/** The kinds of parameters, and their names in errors. */
const KINDS = [
  { in: 'header', element: 'headers', type: 'RequestHeader', title: 'header' },
  { in: 'query', element: 'query', type: 'QueryParameter', title: 'query parameter' },
  { in: 'path', element: 'path', type: 'PathParameter', title: 'path parameter' },
] as const;

type Kind = (typeof KINDS)[number];

/** The actions for the parameters of one kind. */
interface KindRules {
  readonly specified: PolicyValue;
  readonly unspecified: PolicyValue;
  /** The actions by the names of parameters; headers are in lower case. */
  readonly named: ReadonlyMap<string, PolicyValue>;
}

/**
 * Holds the parameters of requests against the API's specification.
 * Source: https://learn.microsoft.com/azure/api-management/validate-parameters-policy
 */
export const validateParameters: PolicyDefinition = {
  name: 'validate-parameters',
  sections: ['inbound'],
  once: true,
  attributes: {
    'specified-parameter-action': { required: true, ...ACTION_RULE },
    'unspecified-parameter-action': { required: true, ...ACTION_RULE },
    'errors-variable-name': { literal: true },
  },
  children: {
    headers: {
      attributes: { 'specified-parameter-action': ACTION_RULE, 'unspecified-parameter-action': ACTION_RULE },
      children: { parameter: PARAMETER },
    },
    query: {
      attributes: { 'specified-parameter-action': ACTION_RULE, 'unspecified-parameter-action': ACTION_RULE },
      children: { parameter: PARAMETER },
    },
    path: {
      attributes: { 'specified-parameter-action': ACTION_RULE },
      children: { parameter: PARAMETER },
    },
  },
  compile: (element, compiler) => {
    const variable = compiler.literal(element, 'errors-variable-name');
    const rules = KINDS.map((kind) => ({ kind, rules: compileRules(element, kind, compiler) }));
    const checks = new SchemaChecks();
    const { section } = compiler.place;
    return (exchange) => {
      const { contract } = exchange;
      if (!contract) return undefined;
      const errors = rules.flatMap(({ kind, rules: own }) =>
        checkKind(exchange, contract, kind, own, checks),
      );
      reportErrors(exchange, section, variable, errors);
      return undefined;
    };
  },
};

function compileRules(element: PolicyElement, kind: Kind, compiler: PolicyCompiler): KindRules {
  const [own, second] = element.children.filter(({ name }) => name === kind.element);
  if (second) throw new PolicyDocumentError(second.position, second.name, 'occurs twice.');
  const action = (attribute: string): PolicyValue =>
    (own && compiler.value(own, attribute)) ?? compiler.requiredValue(element, attribute);
  const named = (own?.children ?? []).map((parameter): [string, PolicyValue] => [
    keyOf(kind, (compiler.literal(parameter, 'name') ?? '').trim()),
    compiler.requiredValue(parameter, 'action'),
  ]);
  return {
    specified: action('specified-parameter-action'),
    unspecified: action('unspecified-parameter-action'),
    named: new Map(named),
  };
}

/** Names of headers are compared without regard to case. */
function keyOf(kind: Kind, name: string): string {
  return kind.in === 'header' ? name.toLowerCase() : name;
}

function checkKind(
  exchange: Exchange,
  contract: OperationContract,
  kind: Kind,
  rules: KindRules,
  checks: SchemaChecks,
): ValidationError[] {
  const sent = sentParameters(exchange, kind);
  const specified = new Map(
    contract.parameters.filter((one) => one.in === kind.in).map((one) => [keyOf(kind, one.name), one]),
  );
  const errors: ValidationError[] = [];
  for (const [key, parameter] of specified) {
    const action = readAction(rules.named.get(key) ?? rules.specified, exchange);
    if (action !== 'ignore')
      errors.push(...checkParameter(parameter, sent.get(key)?.values, { kind, contract, checks, action }));
  }
  for (const [key, { name }] of sent) {
    if (specified.has(key)) continue;
    const action = readAction(rules.named.get(key) ?? rules.unspecified, exchange);
    const details = `Unspecified ${kind.title} ${name} is not allowed.`;
    errors.push({ name, type: kind.type, rule: 'Unspecified', details, action });
  }
  return errors;
}

/** Returns a request's parameters of one kind, without the gateway's own header and the subscription key. */
function sentParameters(
  { request, rawParameters, keyNames }: Exchange,
  kind: Kind,
): Map<string, { name: string; values: readonly string[] }> {
  const sent = new Map<string, { name: string; values: readonly string[] }>();
  if (kind.in === 'header') {
    for (const [key, header] of request.headers) sent.set(key, header);
    sent.delete('x-forwarded-for');
    sent.delete(keyNames.header.toLowerCase());
  } else if (kind.in === 'query') {
    for (const [name, values] of request.originalUrl.query) sent.set(name, { name, values });
    sent.delete(keyNames.query);
  } else {
    for (const name of rawParameters.keys())
      sent.set(name, { name, values: [request.matchedParameters.get(name) ?? ''] });
  }
  return sent;
}

interface Checking {
  readonly kind: Kind;
  readonly contract: OperationContract;
  readonly checks: SchemaChecks;
  readonly action: ValidationAction;
}

function checkParameter(
  { name, required, schema }: ContractParameter,
  values: readonly string[] | undefined,
  { kind, contract, checks, action }: Checking,
): ValidationError[] {
  const what = `${kind.title} ${name}`;
  const error = (rule: string, details: string, answer?: string): ValidationError => ({
    name,
    type: kind.type,
    rule,
    details,
    action,
    ...(answer !== undefined && { answer }),
  });
  if (!values)
    return required ? [error('IncorrectMessage', `Required ${what} was not found in the request.`)] : [];
  if (!schema) return [];
  const type = typeOf(schema, contract);
  if (values.length > 1 && type !== 'array')
    return [error('IncorrectMessage', `Request cannot contain multiple values for the ${what}.`)];
  const value = readParameterValue(values, type, itemTypeOf(schema, contract));
  if (value === undefined) {
    const problem = `parsed according to the definition. It is no ${type}.`;
    const details = `Value of the ${what} cannot be ${problem}`;
    return [error('IncorrectMessage', details, `Value of the ${what} couldn't be ${problem}`)];
  }
  try {
    return checks.check(schema, contract, value.value).map(({ message }) => {
      const rest = `alue of the ${what} does not conform to the definition. ${message} Line: 1, Position: 1`;
      return error('IncorrectMessage', `V${rest}`, `The v${rest}`);
    });
  } catch {
    const details = "API's schema doesn't exist or it couldn't be resolved.";
    return [{ name: '', type: 'ApiSchema', rule: '', details, answer: INTERNAL_ANSWER, action }];
  }
}

function typeOf(schema: Schema, contract: OperationContract): string {
  const { type } = resolve(schema, contract);
  return typeof type === 'string' ? type : 'string';
}

function itemTypeOf(schema: Schema, contract: OperationContract): string {
  const { items } = resolve(schema, contract);
  return typeof items === 'object' && items !== null ? typeOf(items as Schema, contract) : 'string';
}

/** The schema that a reference is to. */
function resolve(schema: Schema, { schemas }: OperationContract): Schema {
  const name = typeof schema.$ref === 'string' ? (schema.$ref.split('/').at(-1) ?? '') : undefined;
  return name === undefined ? schema : (schemas[name] ?? {});
}
