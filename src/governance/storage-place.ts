/** A place in Cloud Storage or BigQuery: what it is in, part by part, from the outside in. */
export interface StoragePlace {
  readonly service: 'gs' | 'bq';
  /** Bucket and path segments, or project, dataset and table. */
  readonly parts: readonly string[];
  /** Whether the last part stands for all that begin with it. */
  readonly isPattern: boolean;
}

/** https://cloud.google.com/storage/docs/buckets#naming */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
/** Of an object's name; what a reader could take for a wildcard, an escape or a query is no part of it. */
const SEGMENT = /^[\w.~=+@,:!()$&;-]{1,1024}$/;
const PROJECT = /^([a-z][a-z0-9.-]{0,62}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
/** https://cloud.google.com/bigquery/docs/datasets#dataset-naming */
const DATASET = /^\w{1,1024}$/;
const TABLE = /^[\w-]{1,1024}$/;

/**
 * Reads `gs://bucket/path` or `bq://project.dataset.table` if it has only one meaning to every reader: no empty, `.` or
 * `..` segments, nothing encoded, and a `*` as the very last character alone.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs
 * @returns undefined for anything else.
 */
export function readStoragePlace(uri: string): StoragePlace | undefined {
  const [scheme, rest, ...more] = uri.split('://');
  if (rest === undefined || more.length > 0 || uri.length > 2_000) return undefined;
  if (scheme === 'gs') return readObjects(rest);
  return scheme === 'bq' ? readTable(rest) : undefined;
}

/** Whether a place lies in another one, or is it. A pattern lies where all that it stands for does. */
export function liesIn(place: StoragePlace, outer: StoragePlace): boolean {
  const exact = place.isPattern ? place.parts.slice(0, -1) : place.parts;
  return place.service === outer.service && outer.parts.every((part, index) => part === exact[index]);
}

function readObjects(path: string): StoragePlace | undefined {
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

function readTable(name: string): StoragePlace | undefined {
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
