import type { Place } from './place.ts';

/** A bucket's name: https://cloud.google.com/storage/docs/buckets#naming */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
/**
 * A segment of an object's name: letters and digits of any script, with spaces between them, without characters that a
 * reader could take for a wildcard, an escape or a query. https://cloud.google.com/storage/docs/objects#naming
 */
const SEGMENT = /^(?! )[\p{L}\p{M}\p{Nd}\w .~=+@,:!()$&;'-]{1,1024}(?<! )$/u;
const PROJECT = /^([a-z][a-z0-9.-]{0,62}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
/** A dataset's name: https://cloud.google.com/bigquery/docs/datasets#dataset-naming */
const DATASET = /^\w{1,1024}$/;
const TABLE = /^[\w-]{1,1024}$/;

/**
 * Reads the part of a Cloud Storage URI after `gs://`. It must have no empty, `.` or `..` segment and nothing encoded,
 * and a `*` at its end only.
 * @returns undefined for any other text.
 */
export function readObjects(path: string): Place | undefined {
  const [bucket = '', ...segments] = path.replace(/(?<=.)\/$/, '').split('/');
  const isPattern = segments.length > 0 && path.endsWith('*');
  const last = segments.length - 1;
  const literal = segments.map((segment, index) =>
    isPattern && index === last ? segment.slice(0, -1) : segment,
  );
  const isRight = literal.every((segment, index) =>
    isPattern && index === last && segment === ''
      ? true
      : SEGMENT.test(segment) && segment !== '.' && segment !== '..',
  );
  if (!BUCKET.test(bucket) || !isRight) return undefined;
  return { service: 'gs', parts: [bucket, ...literal], isPattern };
}

/**
 * Reads the part of a BigQuery URI after `bq://`.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs
 * @returns undefined for any other text.
 */
export function readTable(name: string): Place | undefined {
  // A project's id can have dots only in the domain before its colon.
  const [, project = '', dataset, table, more] =
    /^((?:[^:]*:)?[^.]*)(?:\.([^.]*))?(?:\.([^.]*))?(\..*)?$/.exec(name) ?? [];
  if (!PROJECT.test(project) || more !== undefined) return undefined;
  if (dataset !== undefined && !DATASET.test(dataset)) return undefined;
  if (table !== undefined && !TABLE.test(table)) return undefined;
  return {
    service: 'bq',
    parts: [project, dataset, table].filter((part) => part !== undefined),
    isPattern: false,
  };
}
