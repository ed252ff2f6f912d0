/** A decoded google.protobuf.Value; `kind` names the one field that is set. */
export interface ProtoValue {
  readonly kind?: string;
  readonly numberValue?: number;
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly structValue?: { readonly fields?: Readonly<Record<string, ProtoValue>> };
  readonly listValue?: { readonly values?: readonly ProtoValue[] };
}

/** Gives the JSON of a Value. */
export function fromProtoValue(value: ProtoValue): unknown {
  switch (value.kind) {
    case 'numberValue':
      return value.numberValue;
    case 'stringValue':
      return value.stringValue;
    case 'boolValue':
      return value.boolValue;
    case 'listValue':
      return (value.listValue?.values ?? []).map(fromProtoValue);
    case 'structValue':
      return Object.fromEntries(
        Object.entries(value.structValue?.fields ?? {}).map(([key, field]) => [key, fromProtoValue(field)]),
      );
    default:
      return null;
  }
}

/** Makes a Value of JSON, ready to be encoded. */
export function toProtoValue(json: unknown): object {
  if (json === null || json === undefined) return { nullValue: 0 };
  if (typeof json === 'number') return { numberValue: json };
  if (typeof json === 'boolean') return { boolValue: json };
  if (Array.isArray(json)) return { listValue: { values: json.map(toProtoValue) } };
  if (typeof json === 'object') {
    const fields = Object.fromEntries(Object.entries(json).map(([key, field]) => [key, toProtoValue(field)]));
    return { structValue: { fields } };
  }
  return { stringValue: json as string };
}
