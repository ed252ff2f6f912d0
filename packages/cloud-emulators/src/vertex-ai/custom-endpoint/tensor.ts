import { badRequest } from '../google-error.ts';
import type { Json } from '../read-message.ts';
import { unsupported } from '../refusals.ts';

/** Numbers in rows, and their type in the tensor. */
export interface Matrix {
  readonly dtype: 'FLOAT' | 'DOUBLE';
  readonly rows: readonly (readonly number[])[];
}

/** The types of tensors: their names and numbers in the enum, and the field that holds their values. */
const TYPES = {
  FLOAT: { number: 3, field: 'floatVal' },
  DOUBLE: { number: 4, field: 'doubleVal' },
} as const;

/**
 * Reads a tensor of numbers in rows of `columns`; a shape of one dimension is one row.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/Tensor
 * @throws GoogleError INVALID_ARGUMENT that names the problem; UNIMPLEMENTED for a serialised tensor
 */
export function readMatrix(tensor: Json, columns: number, path: string): Matrix {
  if (tensor.tensorVal !== undefined) throw unsupported('tensor_val');
  const dtype = (['FLOAT', 'DOUBLE'] as const).find(
    (name) => tensor.dtype === name || tensor.dtype === TYPES[name].number,
  );
  if (dtype === undefined) throw wrong(`${path}.dtype`, 'expected FLOAT or DOUBLE.');
  const shape = ((tensor.shape ?? []) as readonly unknown[]).map(Number);
  const [count = 0, width = 0] = shape.length === 1 ? [1, shape[0]] : shape;
  if (shape.length === 0 || shape.length > 2 || width !== columns || count < 1) {
    throw wrong(`${path}.shape`, `expected [n, ${columns}] or [${columns}].`);
  }
  const { field } = TYPES[dtype];
  const values = ((tensor[field] ?? []) as readonly unknown[]).map(Number);
  if (values.length !== count * width) {
    throw wrong(path, `expected ${count * width} values of its type, as its shape says.`);
  }
  const rows = Array.from({ length: count }, (_row, i) => values.slice(i * width, (i + 1) * width));
  return { dtype, rows };
}

/** Writes a tensor as JSON, where numbers of 64 bits are strings. */
export function toTensor({ dtype, rows }: Matrix): Json {
  const values = rows.flat();
  return {
    dtype,
    shape: [String(rows.length), String(rows[0]?.length ?? 0)],
    [TYPES[dtype].field]: dtype === 'FLOAT' ? values.map(Math.fround) : values,
  };
}

function wrong(field: string, description: string): Error {
  return badRequest([{ field, description: `Invalid value at '${field}': ${description}` }]);
}
