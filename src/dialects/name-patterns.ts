/** The form of each part of a resource name. A part is checked before it goes into a host, a path or a name. */
export const NAME_PATTERNS = {
  project: /^([a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,20})$/,
  location: /^[a-z]+(-[a-z]+\d{1,2})?$/,
  endpoint: /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/,
  publisher: /^[a-z0-9][a-z0-9-]{0,62}$/,
  model: /^[a-z0-9][a-z0-9._@-]{0,126}$/,
  batchPredictionJob: /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/,
  cachedContent: /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/,
  /** A catalog name or an alias. */
  name: /^[A-Za-z0-9][A-Za-z0-9._@-]{0,126}$/,
} as const;
