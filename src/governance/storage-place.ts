import type { Place } from './place.ts';

/** https://cloud.google.com/storage/docs/buckets#naming */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
/** Of an object's name; what a reader could take for a wildcard, an escape or a query is no part of it. */
const SEGMENT = /^[\w.~=+@,:!()$&;-]{1,1024}$/;
const PROJECT = /^([a-z][a-z0-9.-]{0,62}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
/** https://cloud.google.com/bigquery/docs/datasets#dataset-naming */
const DATASET = /^\w{1,1024}$/;
const TABLE = /^[\w-]{1,1024}$/;

/**
 * Reads what stands behind `gs://`: no empty, `.` or `..` segments, nothing encoded, and a `*` as the very last character
 * alone. @returns undefined for anything else.
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
 * Reads what stands behind `bq://`.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs
 * @returns undefined for anything else.
 */
export function readTable(name: string): Place | undefined {
  // The dots of a project are only in the domain before its colon.
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
