import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WHAT_HOLDS_OTHERS_UP } from './requests/what-holds-others-up.ts';
import { WHAT_IS_REACHED } from './requests/what-is-reached.ts';
import { WHAT_IS_SAID } from './requests/what-is-said.ts';
import { WHAT_IS_TOLD } from './requests/what-is-told.ts';
import { WHO_CALLS } from './requests/who-calls.ts';

test('SECURITY.md says of each kind of hostile requests what stops it', () => {
  const documented = readFileSync(join(__dirname, '../../SECURITY.md'), 'utf8')
    .split('## Hostile requests, by kind')[1]
    ?.split('\n## ')[0]
    ?.matchAll(/^\| `(\w+)`/gm);
  const kinds = [WHO_CALLS, WHAT_IS_SAID, WHAT_IS_REACHED, WHAT_IS_TOLD, WHAT_HOLDS_OTHERS_UP].flatMap(
    (tables) => Object.keys(tables),
  );
  expect([...(documented ?? [])].map(([, kind]) => kind).toSorted()).toEqual(
    [...kinds, 'framing'].toSorted(),
  );
});
