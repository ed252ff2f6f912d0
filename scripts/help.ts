import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTasks } from './docs/describe-tasks.ts';

/** Prints the tasks of `npm run`, in groups, a line each. */
const file = join(import.meta.dirname, '..', 'package.json');
const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: Record<string, string> };
console.log(describeTasks(Object.keys(scripts)));
