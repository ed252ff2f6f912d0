import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';

function run(script: string, ...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...parameters], {
    encoding: 'utf8',
  });
  return { code: status, output: stdout, errors: stderr };
}

test.each(['scripts/token.ts', 'scripts/release-notes.ts'])('%s prints its usage for --help', (script) => {
  const { code, output, errors } = run(script, '--help', 'another');
  expect([code, errors]).toEqual([0, '']);
  expect(output).toMatch(/^Usage: npm run .*\n$/);
});

test.each(['scripts/token.ts', 'scripts/release-notes.ts'])(
  '%s ends with 2 for an option that it does not have',
  (script) => {
    const { code, output, errors } = run(script, '--tokn');
    expect([code, output]).toEqual([2, '']);
    expect(errors).toMatch(/^Unknown option '--tokn'.*\nUsage: npm run .*\n$/);
  },
);

test('a failure that is not about options ends with 1, without a stack', () => {
  expect(run('scripts/release-notes.ts', 'v0.0.0')).toEqual({
    code: 1,
    output: '',
    errors: expect.stringMatching(/^.*v0\.0\.0.*\n$/) as string,
  });
});

test('every script that has options answers --help', () => {
  const scripts = globSync('scripts/**/*.ts').filter((file) =>
    readFileSync(file, 'utf8').includes('parseArgs('),
  );
  expect(scripts.length).toBeGreaterThan(6);
  for (const script of scripts)
    expect([script, readFileSync(script, 'utf8')]).toEqual([
      script,
      expect.stringContaining('await runCommand(run, USAGE);'),
    ]);
});
