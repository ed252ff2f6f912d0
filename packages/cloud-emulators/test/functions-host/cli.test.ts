import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const HOST = join(__dirname, '../../src/functions-host');

function run(...args: string[]): {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(HOST, 'cli.mjs'), ...args], {
    encoding: 'utf8',
  });
  return { code: status, out: stdout, error: stderr };
}

test('--help prints the options that the README lists', () => {
  const { code, out, error } = run('--port', '0', '--help');
  expect([code, error]).toEqual([0, '']);
  expect(out).toMatch(/^Usage: npx functions-host /);
  const documented = [...readFileSync(join(HOST, 'README.md'), 'utf8').matchAll(/^\| `(--[\w-]+)/gm)];
  const printed = [...out.matchAll(/^(--[\w-]+) /gm)];
  expect(documented.map(([, option]) => option).toSorted()).toEqual(
    printed.map(([, option]) => option).toSorted(),
  );
});

test.each([
  [['--prot', '1'], "Unknown option '--prot'"],
  [['app'], "Unexpected argument 'app'. This command does not take positional arguments"],
  [['--port'], "Option '--port <value>' argument missing"],
  [['--port', '70000'], '--port is a whole number from 0 to 65535.'],
  [['--drain-timeout', '1s'], '--drain-timeout is a whole number from 0 to 3600000.'],
  [['--activity-timeout', ''], '--activity-timeout is a whole number from 0 to 3600000.'],
])('%j ends with 2 and says: %s', (args, problem) => {
  const { code, out, error } = run(...args);
  expect([code, out]).toEqual([2, '']);
  expect(error).toMatch(/\n\nUsage: /);
  expect(error.split('\n')[0]).toBe(problem);
});
