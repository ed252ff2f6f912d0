import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import { decodeBody } from '../engine/decode-body.ts';
import type { ExchangeResponse } from '../engine/exchange-response.ts';
import type { Exchange, ExchangeRequest } from '../engine/exchange.ts';
import { locateJson, placeOf } from '../engine/locate-json.ts';
import type { MessageContent, OperationContract, Schema } from '../engine/operation-contract.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { SchemaChecks } from '../engine/schema-checks.ts';
import type { PolicyDefinition } from './policy.ts';
import { isTrue } from './rate-limit-by-key.ts';
import { ACTION_RULE, INTERNAL_ANSWER, readAction, reportErrors } from './validation-errors.ts';
import type { ValidationAction, ValidationError } from './validation-errors.ts';

const LITERAL = { literal: true } as const;
/** "Maximum allowed value: 102,400 bytes (100 KB)." */
const MAXIMUM_SIZE = 102_400;

/** One `content` element. */
interface ContentRule {
  /** The media type in lower case; empty for every type that the specification names. */
  readonly type: string;
  readonly action: PolicyValue;
  readonly checks: SchemaChecks;
}

/** A message as the policy sees it. */
interface Message {
  readonly kind: 'Request' | 'Response';
  readonly message: ExchangeRequest | ExchangeResponse;
  readonly contract: OperationContract;
  readonly content: MessageContent;
  readonly type: string;
}

/**
 * Holds bodies against the size that is allowed and the schemas of the API's specification. A response is buffered
 * only where its body decides.
 * Source: https://learn.microsoft.com/azure/api-management/validate-content-policy
 */
export const validateContent: PolicyDefinition = {
  name: 'validate-content',
  sections: ['inbound', 'outbound', 'on-error'],
  attributes: {
    'unspecified-content-type-action': { required: true, ...ACTION_RULE },
    'max-size': { required: true, literal: true },
    'size-exceeded-action': { required: true, ...ACTION_RULE },
    'errors-variable-name': LITERAL,
  },
  children: {
    'content-type-map': {
      attributes: { 'any-content-type-value': LITERAL, 'missing-content-type-value': LITERAL },
      children: { type: { attributes: { from: LITERAL, when: {}, to: { required: true, literal: true } } } },
    },
    content: {
      attributes: {
        type: LITERAL,
        'validate-as': { required: true, literal: true, oneOf: ['json'] },
        action: { required: true, ...ACTION_RULE },
        'allow-additional-properties': { literal: true, oneOf: ['true', 'false'] },
        'case-insensitive-property-names': { literal: true, oneOf: ['false'] },
      },
    },
  },
  compile: (element, compiler) => {
    const maximumSize = compiler.wholeNumber(element, 'max-size', 1, MAXIMUM_SIZE) ?? MAXIMUM_SIZE;
    const unspecified = compiler.requiredValue(element, 'unspecified-content-type-action');
    const sizeExceeded = compiler.requiredValue(element, 'size-exceeded-action');
    const variable = compiler.literal(element, 'errors-variable-name');
    const mapType = compileTypeMap(element, compiler);
    const rules = element.children
      .filter(({ name }) => name === 'content')
      .map((child) => compileRule(child, compiler));
    const { section } = compiler.place;

    return async (exchange) => {
      const isRequest = section === 'inbound';
      const message = isRequest ? exchange.request : exchange.response;
      const { contract } = exchange;
      if (!message || !contract) return;
      const report = (errors: readonly ValidationError[]): void =>
        reportErrors(exchange, section, variable, errors);
      const seen: Message = {
        kind: isRequest ? 'Request' : 'Response',
        message,
        contract,
        content: isRequest ? contract.requestBody.content : contentOf(exchange.response, contract),
        type: mapType(exchange, mediaTypeOf(message)),
      };
      const sizeAction = readAction(sizeExceeded, exchange);
      if (sizeAction !== 'ignore') report(await checkSize(seen, maximumSize, sizeAction));
      const specified = findSchema(seen.content, seen.type);
      if (!specified) {
        const action = readAction(unspecified, exchange);
        if (action !== 'ignore' && (seen.type !== '' || (await hasBody(seen))))
          report([unspecifiedType(seen, action)]);
        else if (isRequest && contract.requestBody.required && seen.type === '')
          report([bodyMissing(action)]);
        return;
      }
      if (!specified.schema) return;
      for (const rule of rules) {
        if (rule.type !== '' && rule.type !== seen.type) continue;
        const action = readAction(rule.action, exchange);
        if (action !== 'ignore') report(await checkBody(seen, specified.schema, rule.checks, action));
      }
    };
  },
};

/** "Overrides the mapping in any-content-type-value and missing-content-type-value, if specified." */
function compileTypeMap(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (exchange: Exchange, type: string) => string {
  const [map, second] = element.children.filter(({ name }) => name === 'content-type-map');
  if (second) throw new PolicyDocumentError(second.position, second.name, 'occurs twice.');
  if (!map) return (_exchange, type) => type;
  const lower = (target: PolicyElement, attribute: string): string | undefined =>
    compiler.literal(target, attribute)?.trim().toLowerCase();
  const missing = lower(map, 'missing-content-type-value');
  const any = lower(map, 'any-content-type-value');
  const entries = map.children.map((child) => {
    const from = lower(child, 'from');
    const when = compiler.condition(child, 'when');
    if ((from === undefined) === (when === undefined))
      throw new PolicyDocumentError(
        child.position,
        child.name,
        'needs one of the attributes "from" and "when".',
      );
    const applies = (exchange: Exchange, type: string): boolean =>
      when ? isTrue(when, exchange) : from === type;
    return { applies, to: lower(child, 'to') ?? '' };
  });
  return (exchange, type) =>
    entries.find(({ applies }) => applies(exchange, type))?.to ??
    (type === '' ? missing : undefined) ??
    any ??
    type;
}

function compileRule(element: PolicyElement, compiler: PolicyCompiler): ContentRule {
  const additional = compiler.literal(element, 'allow-additional-properties');
  return {
    type: (compiler.literal(element, 'type') ?? '').trim().toLowerCase(),
    action: compiler.requiredValue(element, 'action'),
    checks: new SchemaChecks(additional === undefined ? undefined : additional === 'true'),
  };
}

/** The media type without its parameters; empty where the message has none. */
function mediaTypeOf({ headers }: ExchangeRequest | ExchangeResponse): string {
  const [type = ''] = (headers.get('content-type')?.values[0] ?? '').split(';');
  return type.trim().toLowerCase();
}

function contentOf(response: ExchangeResponse | null, { responses }: OperationContract): MessageContent {
  return responses.get(String(response?.statusCode)) ?? responses.get('default') ?? new Map();
}

/** Finds the specification of a media type: by its name, otherwise by a range such as `text/*`. */
function findSchema(content: MessageContent, type: string): { schema: Schema | undefined } | undefined {
  const [kind = ''] = type.split('/');
  const known = [type, `${kind}/*`, '*/*'].find((one) => type !== '' && content.has(one));
  return known === undefined ? undefined : { schema: content.get(known) };
}

async function hasBody({ message }: Message): Promise<boolean> {
  if (message.type === 'IRequest') return message.body.head.length > 0;
  if (message.headers.get('content-length')?.values[0] === '0') return false;
  await message.body.buffer();
  return message.body.length > 0;
}

async function checkSize(
  seen: Message,
  maximum: number,
  action: ValidationAction,
): Promise<ValidationError[]> {
  const declared = Number(seen.message.headers.get('content-length')?.values[0] ?? NaN);
  if (declared > maximum) return [sizeExceededBy(seen, String(declared), maximum, action)];
  if (seen.message.type === 'IResponse') await seen.message.body.buffer();
  const body = decodeBody(seen.message, maximum);
  if (body !== 'too long' && (body === 'not decodable' || body.length <= maximum)) return [];
  const size = body === 'too long' ? `more than ${maximum}` : String(body.length);
  return [sizeExceededBy(seen, size, maximum, action)];
}

function sizeExceededBy(
  { kind }: Message,
  size: string,
  maximum: number,
  action: ValidationAction,
): ValidationError {
  const excess = `${kind}'s body is ${size} bytes long and it exceeds the`;
  return {
    name: '',
    type: `${kind}Body`,
    rule: 'SizeLimit',
    action,
    details: `${excess} configured limit of ${maximum} bytes.`,
    answer: `${excess} limit of ${maximum} bytes.`,
  };
}

function unspecifiedType({ kind, type }: Message, action: ValidationAction): ValidationError {
  const details = `Unspecified content type ${type} is not allowed.`;
  return { name: type, type: `${kind}Body`, rule: 'Unspecified', details, action };
}

function bodyMissing(action: ValidationAction): ValidationError {
  const details = 'Body of the request is missing.';
  return { name: '', type: 'RequestBody', rule: 'IncorrectMessage', details, action };
}

async function checkBody(
  seen: Message,
  schema: Schema,
  checks: SchemaChecks,
  action: ValidationAction,
): Promise<ValidationError[]> {
  const { kind, message, type, contract } = seen;
  const error = (rule: string, details: string, answer?: string): ValidationError => ({
    name: rule === 'ValidationException' ? '' : type,
    type: `${kind}Body`,
    rule,
    details,
    action,
    ...(answer !== undefined && { answer }),
  });
  const about = kind === 'Request' ? 'Body of the request' : 'Body of the response';
  if (message.type === 'IResponse') await message.body.buffer();
  const bytes = decodeBody(message);
  if (typeof bytes === 'string') {
    const details = `${about} cannot be validated for the content type ${type}. It is ${bytes}.`;
    return [error('ValidationException', details, INTERNAL_ANSWER)];
  }
  const nonconforming = `${about} does not conform to the definition ${nameOf(schema)}which is associated with the content type ${type}.`;
  const incorrect = (problem: string, { line, position }: ReturnType<typeof placeOf>): ValidationError =>
    error('IncorrectMessage', `${nonconforming} ${problem} Line: ${line}, Position: ${position}`);
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const parsed = parse(text);
  if (!parsed) return [incorrect('It is not valid JSON.', placeOf(text, errorOffset(text)))];
  try {
    return checks
      .check(schema, contract, parsed.value)
      .map(({ message: problem, path }) => incorrect(problem, locateJson(text, path)));
  } catch {
    const details = "API's schema does not exist or it could not be resolved.";
    return [{ name: '', type: 'ApiSchema', rule: '', details, answer: INTERNAL_ANSWER, action }];
  }
}

/** The name of the schema that a reference is to, and a comma; nothing for a schema that has none. */
function nameOf(schema: Schema): string {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  return name === undefined ? '' : `${name}, `;
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/**
 * Returns the offset at which text stops being JSON, from the parser's message. The message's text is not passed on.
 */
function errorOffset(text: string): number {
  try {
    JSON.parse(text);
    return 0;
  } catch (error) {
    const found = error instanceof Error ? / at position (\d+)/.exec(error.message)?.[1] : undefined;
    return found === undefined ? text.length : Number(found);
  }
}
