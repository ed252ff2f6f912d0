import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';

/**
 * The most source files with code that runs before a prediction's bytes leave for Vertex AI. Each has one topic: fewer
 * files would join topics that are changed apart, such as budgets of memory and of tokens, or the grammar of JSON and its
 * values. Seventeen of them inspect the content, which the sample's rules ask for in every call.
 */
const MOST_FILES = 48;

/** Instances of both kinds, and parameters, so that every kind of JSON value is on the way. */
const BODY = JSON.stringify({
  instances: [
    [5.1, 3.5, 1.4, 0.2],
    { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 },
  ],
  parameters: { threshold: 0.5, isVerbose: true, label: 'iris', none: null },
});

let observed: ObservedChain;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'way-'));
  observed = await ObservedChain.start();
  const watch = pathToFileURL(resolve(__dirname, 'watch-predict.ts')).href;
  await observed.chain.restartFunctionApp({
    NODE_OPTIONS: `--import ${watch}`,
    PREDICT_WAY_FILE: join(scratch, 'files.json'),
  });
});

afterAll(async () => {
  await observed.stop();
  rmSync(scratch, { recursive: true });
});

/** Calls the endpoint, and returns the files with code that ran before the call's bytes left. */
async function filesOnTheWay(): Promise<readonly string[]> {
  const file = join(scratch, 'files.json');
  rmSync(file, { force: true });
  const answer = await observed.call({ application: 'scoring-app', path: PREDICT_PATH, body: BODY });
  expect([answer.status, existsSync(file)]).toEqual([200, true]);
  return JSON.parse(readFileSync(file, 'utf8')) as string[];
}

test(`code of at most ${MOST_FILES} files runs between the arrival of a prediction and its departure to Vertex AI`, async () => {
  // The first call also verifies the edge's token and opens the connection; what it finds is kept for all that follow.
  await filesOnTheWay();
  const files = await filesOnTheWay();
  expect(files).toContain('src/prediction/predict.ts');
  const listed = `\n${files.length} files:\n${files.join('\n')}\n`;
  expect(files.length > MOST_FILES ? listed : '').toBe('');
});
