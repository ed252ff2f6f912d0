import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESOURCE_EXHAUSTION } from './requests/resource-exhaustion.ts';
import { FORBIDDEN_REACH } from './requests/forbidden-reach.ts';
import { HIDDEN_CONTENT } from './requests/hidden-content.ts';
import { MALFORMED_REQUESTS } from './requests/malformed-requests.ts';
import { INFORMATION_DISCLOSURE } from './requests/information-disclosure.ts';
import { SPOOFED_IDENTITIES } from './requests/spoofed-identities.ts';

test('SECURITY.md says of each kind of hostile requests what stops it', () => {
  const documented = readFileSync(join(__dirname, '../../SECURITY.md'), 'utf8')
    .split('## Hostile requests, by kind')[1]
    ?.split('\n## ')[0]
    ?.matchAll(/^\| `(\w+)`/gm);
  const kinds = [
    SPOOFED_IDENTITIES,
    MALFORMED_REQUESTS,
    FORBIDDEN_REACH,
    HIDDEN_CONTENT,
    INFORMATION_DISCLOSURE,
    RESOURCE_EXHAUSTION,
  ].flatMap((tables) => Object.keys(tables));
  expect([...(documented ?? [])].map(([, kind]) => kind).toSorted()).toEqual(
    [...kinds, 'framing'].toSorted(),
  );
});
