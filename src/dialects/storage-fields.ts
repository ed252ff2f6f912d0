import { formatPath } from '../errors/format-path.ts';
import { GatewayError, type FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { GrantedCall } from '../prediction/prediction.ts';

/** Longer than any place: https://cloud.google.com/storage/docs/objects#naming */
const MAXIMUM_URI_BYTES = 8_192;

/** A member of a body that names a place. */
export interface StorageField {
  readonly path: readonly PropertyKey[];
  readonly use: 'inputs' | 'outputs';
  readonly uri: string;
}

const FORM =
  'must be gs://bucket/path, bq://project.dataset.table, https://host/path or the address of a YouTube video, without ' +
  'empty, relative or encoded segments, and with * as the last character of gs:// at most';

/**
 * Lets a call read and write only where the access document lets its caller. Violations name the member, never the place.
 * @throws GatewayError INVALID_REQUEST for what is no place, STORAGE_NOT_ALLOWED for one that is not on the list.
 */
export function checkPlaces(call: Pick<GrantedCall, 'judgePlace'>, fields: readonly StorageField[]): void {
  const malformed: FieldViolation[] = [];
  const denied: FieldViolation[] = [];
  for (const { path, use, uri } of fields) {
    const field = formatPath(path);
    const verdict = use === 'outputs' && uri.endsWith('*') ? 'malformed' : call.judgePlace(use, uri);
    if (verdict === 'malformed') malformed.push({ field, description: FORM });
    if (verdict === 'not-allowed') denied.push({ field, description: `is not on the list of ${use}` });
  }
  if (malformed.length > 0) throw invalidBody(malformed);
  const [first] = denied;
  if (!first) return;
  throw new GatewayError(
    'STORAGE_NOT_ALLOWED',
    `No role of your application lists the place that ${first.field} names. Ask the platform team to add it to the storage that you may use.`,
    { violations: denied },
  );
}

/** Where the body of a batch prediction job says what it reads and where it writes. */
const JOB_FIELDS = [
  { path: ['inputConfig', 'gcsSource', 'uris'], use: 'inputs' },
  { path: ['inputConfig', 'bigquerySource', 'inputUri'], use: 'inputs' },
  { path: ['outputConfig', 'gcsDestination', 'outputUriPrefix'], use: 'outputs' },
  { path: ['outputConfig', 'bigqueryDestination', 'outputUri'], use: 'outputs' },
] as const;

/** The places that a job's body names, whatever else is in it. @throws GatewayError INVALID_REQUEST. */
export function readJobPlaces(job: JsonValue | undefined): StorageField[] {
  return JOB_FIELDS.flatMap(({ path, use }) => {
    const value = path.reduce<JsonValue | undefined>((outer, name) => outer?.member(name), job);
    if (!value) return [];
    return value.kind === 'array'
      ? Array.from(value.items(), (uri, index) => readField([...path, index], use, uri))
      : [readField(path, use, value)];
  });
}

/** `storageUri` of images and videos: where the model writes them, instead of into its answer. */
export function readStorageUri(parameters: JsonValue | undefined): StorageField[] {
  return Array.from(parameters?.members() ?? [])
    .filter(([name]) => name.replaceAll('_', '').toLowerCase() === 'storageuri')
    .map(([name, uri]) => readField(['parameters', name], 'outputs', uri));
}

function readField(path: StorageField['path'], use: StorageField['use'], value: JsonValue): StorageField {
  if (value.kind !== 'string')
    throw invalidBody([{ field: formatPath(path), description: 'must be a text' }]);
  // What is too long for a place is none.
  return { path, use, uri: value.readText(MAXIMUM_URI_BYTES) ?? '' };
}
