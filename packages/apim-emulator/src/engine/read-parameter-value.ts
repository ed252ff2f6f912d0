/**
 * Reads the value that the text of a parameter stands for, by the type of its schema: an array in commas or repeated,
 * as OpenAPI's `simple` and `form` styles write it; undefined where the text is no such value.
 * Source: https://spec.openapis.org/oas/v3.0.3#style-values
 */
export function readParameterValue(
  texts: readonly string[],
  type: string,
  itemType: string,
): { readonly value: unknown } | undefined {
  if (type !== 'array') return readScalar(texts[0] ?? '', type);
  const items: unknown[] = [];
  for (const text of texts.flatMap((one) => one.split(','))) {
    const item = readScalar(text.trim(), itemType);
    if (!item) return undefined;
    items.push(item.value);
  }
  return { value: items };
}

function readScalar(text: string, type: string): { readonly value: unknown } | undefined {
  switch (type) {
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? { value: Number(text) } : undefined;
    case 'number':
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? { value: Number(text) } : undefined;
    case 'boolean':
      return /^(?:true|false)$/i.test(text) ? { value: text.toLowerCase() === 'true' } : undefined;
    case 'object':
      return undefined;
    default:
      return { value: text };
  }
}
