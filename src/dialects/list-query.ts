import { z } from 'zod';

/** Validated parameters of a query. */
type Query = Readonly<Record<string, string | undefined>>;

/** Google's system parameters, in the forms that ask for JSON. They are accepted and not sent on: JSON is the default. */
const SYSTEM = {
  alt: z.literal('json', 'must be json').optional(),
  $alt: z.enum(['json', 'json;enum-encoding=int'], 'must be json').optional(),
  prettyPrint: z.enum(['true', 'false'], 'must be true or false').optional(),
};

const text = (form: RegExp, description: string) => z.string().regex(form, description).optional();
const PAGE = {
  pageSize: text(/^\d{1,6}$/, 'must be a whole number'),
  pageToken: text(/^[\w+/=.~:-]{1,4096}$/, 'must be the nextPageToken of the previous page'),
};
const FILTER = z
  .string()
  .max(2_000, 'must have at most 2000 characters')
  .refine(isBalanced, 'must be a filter with closed quotes and parentheses, and without control characters')
  .optional();
const VIEW = text(/^[A-Z_]{1,64}$/, 'must be a view of publisher models');
const LANGUAGE = text(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a language code such as en');

/** The query of `publishers.models.list`: https://cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/publishers.models/list */
export const ModelListQuery = z.strictObject({
  ...SYSTEM,
  ...PAGE,
  filter: FILTER,
  orderBy: text(
    /^[\w.]+( (asc|desc))?(, ?[\w.]+( (asc|desc))?)*$/,
    'must be a list of fields, each with asc, desc or neither',
  ),
  view: VIEW,
  languageCode: LANGUAGE,
  listAllVersions: z.enum(['true', 'false'], 'must be true or false').optional(),
});

/** The query of `publishers.models.get`: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/publishers.models/get */
export const ModelQuery = z.strictObject({ ...SYSTEM, view: VIEW, languageCode: LANGUAGE });

/**
 * The query of `batchPredictionJobs.list`.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs/list
 */
export const JobListQuery = z.strictObject({ ...SYSTEM, ...PAGE, filter: FILTER });

/**
 * The query of `cachedContents.list`.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/list
 */
export const CacheListQuery = z.strictObject({ ...SYSTEM, ...PAGE });

/**
 * The query of `cachedContents.patch`.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.cachedContents/patch
 */
export const CachePatchQuery = z.strictObject({
  ...SYSTEM,
  updateMask: text(
    /^(ttl|expireTime|expire_time)(,(ttl|expireTime|expire_time))*$/,
    'must be ttl or expireTime',
  ),
});

/** The query of a method that has no parameters of its own. */
export const NoQuery = z.strictObject(SYSTEM);

/** Encodes a query for Google, with its question mark; an empty text when no parameter is left. */
export function writeQuery(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && !Object.hasOwn(SYSTEM, name)) parameters.set(name, value);
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

/**
 * A balanced filter can be put into parentheses and stays one operand there: its quotes and parentheses are closed. A
 * backslash outside of quotes is refused, because a parser could read it as an escape.
 */
function isBalanced(filter: string): boolean {
  let depth = 0;
  let quote: string | undefined;
  for (let at = 0; at < filter.length; at += 1) {
    const character = filter.charAt(at);
    if (character < ' ' || character === '\u007f') return false;
    if (character === '\\') {
      if (quote === undefined) return false;
      at += 1;
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0 && quote === undefined;
}
