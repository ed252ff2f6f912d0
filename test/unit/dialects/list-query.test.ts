import fc from 'fast-check';
import { JobListQuery, ModelListQuery, writeQuery } from '../../../src/dialects/list-query.ts';
import { readQuery } from '../../../src/dialects/read-query.ts';
import { thrownBy } from '../thrown-by.ts';

test('a query is encoded anew, without system parameters', () => {
  const query = readQuery(
    ModelListQuery,
    new URLSearchParams('pageSize=5&alt=json&prettyPrint=false&filter=a%3D%22b%26c%22&languageCode=de-CH'),
  );
  expect(writeQuery(query)).toBe('?pageSize=5&filter=a%3D%22b%26c%22&languageCode=de-CH');
  expect(writeQuery({ alt: 'json', filter: undefined })).toBe('');
});

const FILTERS = {
  'state="JOB_STATE_SUCCEEDED" AND displayName:"my_job_*"': true,
  'NOT (a="(" OR b=\')\')': true,
  'displayName="a\\"b"': true,
  '': true,
  ')(': false,
  '(a=b))((c=d)': false,
  '"a': false,
  "'a": false,
  'a="b\\"': false,
  'a=b\\': false,
  'a=\\"b': false,
  'a=b\u0000': false,
  'a=b\r\n': false,
};

test.each(Object.entries(FILTERS))('the filter %j is taken: %s', (filter, isTaken) => {
  const read = () => readQuery(JobListQuery, new URLSearchParams({ filter }));
  if (isTaken) expect(read()).toEqual({ filter });
  else expect(thrownBy(read).violations).toMatchObject([{ field: 'filter' }]);
});

test('a filter that is taken does not get out of parentheses', () => {
  const piece = fc.constantFrom('a', '"', "'", '\\', '(', ')', ' OR ', '=');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const filter = pieces.join('');
      if (!JobListQuery.safeParse({ filter }).success) return;
      // Outside of quotes, each closing parenthesis has an opening one before it.
      const bare = filter.replaceAll(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, '');
      let depth = 0;
      for (const character of bare) {
        if (character === '(') depth += 1;
        if (character === ')') depth -= 1;
        expect(depth).toBeGreaterThanOrEqual(0);
      }
      expect(bare).not.toMatch(/["'\\]/);
      expect(depth).toBe(0);
    }),
    { numRuns: 3000 },
  );
});
