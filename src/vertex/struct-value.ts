import type { protos } from '@google-cloud/aiplatform';
import { GatewayError } from '../errors/gateway-error.ts';

type Value = protos.google.protobuf.IValue;

/**
 * Converts a JSON value to a `google.protobuf.Value`. The reader of the body bounds its nesting.
 * https://protobuf.dev/reference/protobuf/google.protobuf/#value
 * @throws GatewayError INVALID_REQUEST for a number beyond a double and for text that is not Unicode, because protobuf
 *   would change both silently.
 */
export function toProtoValue(json: unknown): Value {
  switch (typeof json) {
    case 'number':
      if (!Number.isFinite(json)) throw unsupported('a number is too large for a double');
      return { numberValue: json };
    case 'string':
      return { stringValue: checkText(json) };
    case 'boolean':
      return { boolValue: json };
    case 'object': {
      if (json === null) return { nullValue: 'NULL_VALUE' };
      if (Array.isArray(json)) return { listValue: { values: json.map(toProtoValue) } };
      const fields: Record<string, Value> = {};
      for (const [key, field] of Object.entries(json)) fields[checkText(key)] = toProtoValue(field);
      return { structValue: { fields } };
    }
    default:
      throw new TypeError('only JSON values become protobuf values');
  }
}

function checkText(text: string): string {
  if (text.isWellFormed()) return text;
  throw unsupported('a text has half of a surrogate pair, which is not Unicode');
}

function checkNumber(number: number): number {
  if (Number.isFinite(number)) return number;
  throw new GatewayError(
    'VERTEX_FAILED',
    'The model’s answer has a number that is not finite (NaN or Infinity), which JSON cannot express. Correct the container, or call it by rawPredict.',
  );
}

function unsupported(problem: string): GatewayError {
  return new GatewayError('INVALID_REQUEST', `The body cannot be sent to Vertex AI unchanged: ${problem}.`);
}

/**
 * Converts a `google.protobuf.Value` to a JSON value; a Value without a kind becomes null.
 * @throws GatewayError VERTEX_FAILED for NaN and Infinity, which JSON does not have.
 */
export function fromProtoValue(value: Value): unknown {
  if (typeof value.numberValue === 'number') return checkNumber(value.numberValue);
  if (typeof value.stringValue === 'string') return value.stringValue;
  if (typeof value.boolValue === 'boolean') return value.boolValue;
  if (value.listValue) return (value.listValue.values ?? []).map(fromProtoValue);
  if (value.structValue) {
    const fields = Object.entries(value.structValue.fields ?? {});
    return Object.fromEntries(fields.map(([key, field]) => [key, fromProtoValue(field)]));
  }
  return null;
}
