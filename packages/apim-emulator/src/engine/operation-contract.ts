/** A JSON Schema in the dialect of OpenAPI 3.0. */
export type Schema = Readonly<Record<string, unknown>>;

/** The schemas of a message by media type in lower case; undefined for a type without a schema. */
export type MessageContent = ReadonlyMap<string, Schema | undefined>;

/** One parameter of an operation. */
export interface ContractParameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema | undefined;
  readonly description?: string;
}

/** The specification of one operation's messages. */
export interface OperationContract {
  readonly parameters: readonly ContractParameter[];
  readonly requestBody: { readonly required: boolean; readonly content: MessageContent };
  /** The responses by status code, or `default`. */
  readonly responses: ReadonlyMap<string, MessageContent>;
  /** The schemas that others refer to by `#/components/schemas/…`. */
  readonly schemas: Readonly<Record<string, Schema>>;
}
