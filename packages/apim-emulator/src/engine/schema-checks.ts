import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { COMPONENTS, convertSchema } from './convert-schema.ts';
import type { OperationContract, Schema } from './operation-contract.ts';

/** The most errors that are asText of one value. */
const MAXIMUM_ERRORS = 20;

/** An error of a value: its place and the rule that it breaks; the value itself isn't asText. */
export interface SchemaError {
  readonly message: string;
  /** Names and indexes that lead there. */
  readonly path: readonly string[];
}

/** Checks values against the schemas of an API; each schema is compiled when it is first needed. */
export class SchemaChecks {
  readonly #additional: boolean | undefined;
  readonly #compilers = new WeakMap<object, Ajv>();
  readonly #compiled = new WeakMap<Schema, ValidateFunction>();

  /** @param additional whether objects may have properties that the schema doesn't name, whatever it says. */
  constructor(additional?: boolean) {
    this.#additional = additional;
  }

  /** @throws the compiler's error for a schema that is none, or refers to one that isn't there. */
  check(schema: Schema, { schemas }: OperationContract, value: unknown): SchemaError[] {
    const validate = this.#compiled.get(schema) ?? this.#compile(schema, schemas);
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(0, MAXIMUM_ERRORS).map((error) => ({
      message: explain(error),
      path: error.instancePath
        .split('/')
        .slice(1)
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
    }));
  }

  #compile(schema: Schema, schemas: OperationContract['schemas']): ValidateFunction {
    const ajv = this.#compilers.get(schemas) ?? this.#createCompiler(schemas);
    const validate = ajv.compile(convertSchema(schema, this.#additional));
    this.#compiled.set(schema, validate);
    return validate;
  }

  #createCompiler(schemas: OperationContract['schemas']): Ajv {
    const ajv = new Ajv({
      strict: false,
      allErrors: true,
      unicodeRegExp: false,
      logger: false,
      formats: FORMATS,
    });
    const converted = Object.entries(schemas).map(([name, schema]) => [
      name,
      convertSchema(schema, this.#additional),
    ]);
    ajv.addSchema({ $id: COMPONENTS, components: { schemas: Object.fromEntries(converted) as unknown } });
    this.#compilers.set(schemas, ajv);
    return ajv;
  }
}

const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const INTEGERS = {
  int32: { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  int64: { minimum: -(2 ** 63), maximum: 2 ** 63 },
};

/** The formats of OpenAPI 3.0 that narrow a value, and those of JSON Schema that are common; others say nothing. */
const FORMATS = {
  date: DATE,
  'date-time': (text: string): boolean => DATE.test(DATE_TIME.exec(text)?.[1] ?? ''),
  uuid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  email: /^[^\s@]{1,64}@[^\s@.]+(?:\.[^\s@.]+)*$/,
  uri: (text: string): boolean => URL.canParse(text),
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  int32: { type: 'number', validate: (value: number): boolean => isWithin(value, INTEGERS.int32) },
  int64: { type: 'number', validate: (value: number): boolean => isWithin(value, INTEGERS.int64) },
} as const;

function isWithin(value: number, { minimum, maximum }: { minimum: number; maximum: number }): boolean {
  return Number.isInteger(value) && value >= minimum && value <= maximum;
}

/** Explains an error in the words of the library that the product validates with, as far as they tell no value. */
function explain({ keyword, params, message = '' }: ErrorObject): string {
  const { missingProperty, additionalProperty, type, limit, pattern, format, multipleOf } =
    params as Readonly<Record<string, unknown>>;
  const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  switch (keyword) {
    case 'required':
      return `Required properties are missing from object: ${asText(missingProperty)}.`;
    case 'additionalProperties':
      return `Property '${asText(additionalProperty)}' has not been defined and the schema does not allow additional properties.`;
    case 'type':
      return `Invalid type. Expected ${[type].flat().map(asText).join(', ')}.`;
    case 'enum':
      return 'Value is not defined in enum.';
    case 'pattern':
      return `String does not match regex pattern '${asText(pattern)}'.`;
    case 'format':
      return `Value does not validate against format '${asText(format)}'.`;
    case 'minLength':
      return `String is less than minimum length of ${asText(limit)}.`;
    case 'maxLength':
      return `String exceeds maximum length of ${asText(limit)}.`;
    case 'minimum':
      return `Number is less than minimum value of ${asText(limit)}.`;
    case 'maximum':
      return `Number exceeds maximum value of ${asText(limit)}.`;
    case 'minItems':
      return `Array item count is less than minimum count of ${asText(limit)}.`;
    case 'maxItems':
      return `Array item count exceeds maximum count of ${asText(limit)}.`;
    case 'multipleOf':
      return `Number is not a multiple of ${asText(multipleOf)}.`;
    default:
      return `The value ${message}.`;
  }
}
