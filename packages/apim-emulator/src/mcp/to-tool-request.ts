import { exactDigitsOf } from '@vertex-ai-gateway/csharp-expressions/text/parse-exact-json';
import { argumentParameters } from './describe-input.ts';
import { BODY, jsonBodyOf } from './json-body.ts';
import type { ToolDefinition } from './mcp-server-definition.ts';

/** The request that a tool stands for. */
export interface ToolRequest {
  readonly method: string;
  /** The percent-encoded path on the gateway, with the path of the API. */
  readonly path: string;
  /** The query string with its question mark; empty when there is no parameter. */
  readonly queryString: string;
  readonly body: Buffer | undefined;
}

/** Thrown for arguments that make no request. The message says which; values aren't told. */
export class ToolArgumentError extends Error {}

type Arguments = Readonly<Record<string, unknown>>;

/**
 * Puts arguments where the operation has its parameters. What is no parameter belongs to the body, which the operation
 * checks itself.
 * @throws {ToolArgumentError}
 */
export function toToolRequest({ api, operation }: ToolDefinition, given: Arguments): ToolRequest {
  const { contract, method, urlTemplate } = operation;
  const parameters = argumentParameters(contract);
  const values = new Map(
    parameters.flatMap(({ name, in: place, required }): [string, string[]][] => {
      if (Object.hasOwn(given, name)) return [[name, readValues(name, given[name], place === 'query')]];
      if (required) throw new ToolArgumentError(`The argument "${name}" is missing.`);
      return [];
    }),
  );
  const path = urlTemplate.replace(/\{([^}]+)\}/g, (_, name: string) =>
    encodeSegment(name, values.get(name)?.[0] ?? ''),
  );
  const query = parameters
    .filter((parameter) => parameter.in === 'query')
    .flatMap(({ name }) =>
      (values.get(name) ?? []).map((value) => `${encode(name, name)}=${encode(name, value)}`),
    );
  const rest = Object.entries(given).filter(([name]) => !parameters.some((one) => one.name === name));
  return {
    method,
    path: `${api.path === '' ? '' : `/${api.path}`}${path}`,
    queryString: query.length === 0 ? '' : `?${query.join('&')}`,
    body: writeBody(
      operation,
      rest,
      parameters.map(({ name }) => name),
    ),
  };
}

function readValues(name: string, value: unknown, mayRepeat: boolean): string[] {
  const all: unknown[] = mayRepeat && Array.isArray(value) ? value : [value];
  return all.map((one) => {
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') return String(one);
    const digits = exactDigitsOf(one);
    if (digits !== undefined) return digits;
    throw new ToolArgumentError(`The argument "${name}" is a text, a number, or true or false.`);
  });
}

/** Encodes a value so that it cannot leave its segment of the path. */
function encodeSegment(name: string, value: string): string {
  if (/^\.*$/.test(value)) throw new ToolArgumentError(`The argument "${name}" is empty, or has dots alone.`);
  return encode(name, value);
}

function encode(name: string, value: string): string {
  if (!value.isWellFormed()) throw new ToolArgumentError(`The argument "${name}" is not valid Unicode.`);
  return encodeURIComponent(value);
}

function writeBody(
  { contract }: ToolDefinition['operation'],
  rest: readonly (readonly [string, unknown])[],
  known: readonly string[],
): Buffer | undefined {
  const body = jsonBodyOf(contract);
  const isTaken = (name: string): boolean => body !== undefined && (body.isSpread || name === BODY);
  if (rest.some(([name]) => !isTaken(name))) {
    const names = [...known, ...(body ? [BODY] : [])];
    const only = names.length === 0 ? 'no arguments' : `no arguments but ${names.join(', ')}`;
    throw new ToolArgumentError(`The tool takes ${only}.`);
  }
  if (!body || (rest.length === 0 && !body.required)) return undefined;
  if (body.isSpread) return Buffer.from(stringify(Object.fromEntries(rest)));
  const [whole] = rest;
  if (!whole) throw new ToolArgumentError(`The argument "${BODY}" is missing.`);
  return Buffer.from(stringify(whole[1]));
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // The arguments are nested deeper than the stack reaches.
    if (error instanceof RangeError) throw new ToolArgumentError('The arguments are nested too deeply.');
    throw error;
  }
}
