import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidQuery } from '../errors/invalid-query.ts';

/** A form in which Google writes an answer: one JSON value, or server-sent events. */
type Alt = (typeof FORMS)[number];
const FORMS = ['json', 'sse'] as const;

/** System parameters that would change an answer in a way that the gateway cannot meter: Google calls each by two names. */
const REFUSED = ['fields', '$fields', 'callback', '$callback'];

/**
 * Reads Google's system parameters of a prediction, each of which has a name with and one without a dollar sign.
 * Parameters that change nothing of an answer's content are ignored: `prettyPrint`, `quotaUser`, `key`.
 * https://cloud.google.com/apis/docs/system-parameters
 * @returns the form that `alt` asks for; undefined when it is left out.
 * @throws GatewayError INVALID_REQUEST for another form, and for a parameter that selects members or wraps the answer.
 */
export function readAlt(query: URLSearchParams): Alt | undefined {
  const violations: FieldViolation[] = REFUSED.filter((name) => query.has(name)).map((name) => ({
    field: name,
    description: 'must be left out: an answer is passed on whole, and as it is',
  }));
  const asked = ['alt', '$alt'].flatMap((name) => query.getAll(name).map((value) => ({ name, value })));
  const read = new Set<Alt>();
  for (const { name, value } of asked) {
    // Google's clients ask for enumerations by number, which is for what Google's own clients read: answers are the same.
    const form = FORMS.find((known) => known === value.replace(/;enum-encoding=int$/, ''));
    if (form) read.add(form);
    else violations.push({ field: name, description: `must be ${FORMS.join(' or ')}` });
  }
  if (read.size > 1) violations.push({ field: '$alt', description: 'must ask for the same as alt' });
  if (violations.length > 0) throw invalidQuery(violations);
  return [...read][0];
}
