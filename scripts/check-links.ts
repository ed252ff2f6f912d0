import { join } from 'node:path';
import { findBrokenLinks } from './docs/find-broken-links.ts';

/** Names every link between the files of this repository that leads nowhere, and fails when there is one. */
function run(): void {
  const broken = findBrokenLinks(join(import.meta.dirname, '..'));
  if (broken.length === 0) return;
  console.error(broken.join('\n'));
  process.exitCode = 1;
}

run();
