import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLosses } from '../../scripts/openapi/find-losses.ts';
import { SURFACES } from '../../scripts/openapi/surfaces.ts';

const PROJECT = join(__dirname, '..', '..');
const APIS = readdirSync(join(PROJECT, 'apim/apis'));

test('every API is described', () => {
  expect(SURFACES.map(({ id }) => id).toSorted()).toEqual(APIS.toSorted());
});

test.each(APIS)('%s is an API that API Management imports without losing anything', (api) => {
  expect(findLosses(readFileSync(join(PROJECT, 'apim/apis', api, 'specification.json'), 'utf8'))).toEqual([]);
});

test('the linter finds nothing to say about any of them', () => {
  const redocly = join(PROJECT, 'node_modules/@redocly/cli/bin/cli.js');
  const { status, stderr } = spawnSync(process.execPath, [redocly, 'lint'], {
    encoding: 'utf8',
    cwd: PROJECT,
  });
  const linted = [...stderr.matchAll(/validating apim\/apis\/(\w+)\/specification\.json/g)];
  expect(linted.map(([, api]) => api).toSorted()).toEqual(APIS.toSorted());
  expect([status, stderr.match(/\[\d+\] .*/g)]).toEqual([0, null]);
});
