/** A clause or a phrase without its subject begins so. */
const FRAGMENT =
  /^(?:What|Whether|How|Which|Who|Whom|Whose|Why|Where|When|Of|Such|Those|Its|Their|Likewise|Because)\b/;

/** Tells if a text opens with a fragment, so that its subject is missing or comes last. */
export function opensWithFragment(text: string): boolean {
  return FRAGMENT.test(text);
}

/** A text of a JSON document that opens with a fragment. */
export interface Fragment {
  /** The members that lead to the text, such as `paths./v1/models.get.summary`. */
  readonly path: string;
  readonly text: string;
}

/**
 * Finds the summaries and descriptions of an OpenAPI document or a JSON Schema that open with a fragment. A portal or an
 * editor shows each of them alone. Examples are left out. A property of the name `description` or `summary` is a schema,
 * not a text.
 */
export function findFragments(document: unknown, path: readonly string[] = []): Fragment[] {
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'example' || name === 'examples') return [];
    const place = [...path, name];
    if (typeof value !== 'string') return findFragments(value, place);
    const isText = name === 'summary' || name === 'description';
    return isText && opensWithFragment(value) ? [{ path: place.join('.'), text: value }] : [];
  });
}
