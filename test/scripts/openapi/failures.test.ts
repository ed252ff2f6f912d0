import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURES } from '../../../scripts/openapi/failures.ts';
import { CODES, type CodeFacts } from '../../../src/errors/codes.ts';

const NAMED_BY_THE_EDGE = readFileSync(
  join(__dirname, '../../../apim/policy-fragments/name-error/policy.xml'),
  'utf8',
);
const facts: Readonly<Record<string, CodeFacts>> = CODES;

test.each(Object.values(FAILURES))('the example of $status is a failure that there is', (failure) => {
  const { code, status, canonical, title, message } = failure;
  const known = facts[code];
  if (known) {
    expect({ status: known.status, canonical: known.canonical, title: known.title }).toEqual({
      status,
      canonical,
      title,
    });
    return;
  }
  for (const value of [code, `@(${status})`, canonical, title, message])
    expect(NAMED_BY_THE_EDGE).toContain(`"${value}"`);
});
