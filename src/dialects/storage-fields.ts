import { formatPath } from '../errors/format-path.ts';
import { GatewayError, type FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { AuthorizedCall } from '../governance/decide.ts';

/** A member of a body that names a place for Google to read from or write to. */
export interface StorageField {
  readonly path: readonly PropertyKey[];
  readonly use: 'inputs' | 'outputs';
  readonly uri: string;
}

const FORM =
  'must be gs://bucket/path, bq://project.dataset.table, https://host/path or the address of a YouTube video, without ' +
  'empty, relative or encoded segments, and with * as the last character of gs:// at most';

/**
 * Checks that the access document lists every place for the caller. Violations name the member, never the place.
 * @throws GatewayError INVALID_REQUEST for a text that is no place; otherwise STORAGE_NOT_ALLOWED.
 */
export function checkPlaces(call: Pick<AuthorizedCall, 'judgePlace'>, fields: readonly StorageField[]): void {
  const malformed: FieldViolation[] = [];
  const denied: FieldViolation[] = [];
  for (const { path, use, uri } of fields) {
    const field = formatPath(path);
    const verdict = use === 'outputs' && uri.endsWith('*') ? 'malformed' : call.judgePlace(use, uri);
    if (verdict === 'malformed') malformed.push({ field, description: FORM });
    if (verdict === 'not-allowed')
      denied.push({ field, description: `is not a place that the rules allow for ${use}` });
  }
  if (malformed.length > 0) throw invalidBody(malformed);
  const [first] = denied;
  if (!first) return;
  throw new GatewayError(
    'STORAGE_NOT_ALLOWED',
    `No rule allows your roles the place that ${first.field} names. Ask the platform team to add it to the storage that you may use.`,
    { violations: denied },
  );
}
