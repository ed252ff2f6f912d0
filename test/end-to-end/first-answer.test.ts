import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';

/**
 * The most source files, those of packages included, that are loaded before the first answer. Some sixty find values in
 * content, which the sample's rules ask for in every call.
 */
const MOST_FILES = 1_020;
/** Packages that a call over REST does not need before its answer is sent. */
const NOT_NEEDED =
  /node_modules\/(?:@grpc|@opentelemetry|@azure\/monitor|ajv\/dist\/core|apache-arrow|google-gax|protobufjs|yaml)/;

let observed: ObservedChain;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'start-'));
  observed = await ObservedChain.start();
  const watch = pathToFileURL(resolve(__dirname, 'watch-start.ts')).href;
  await observed.chain.restartFunctionApp({
    NODE_OPTIONS: `--import ${watch}`,
    START_FILE: join(scratch, 'files.json'),
  });
});

afterAll(async () => {
  await observed.stop();
  rmSync(scratch, { recursive: true });
});

test('the first answer waits for no package that it does not need', async () => {
  const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] });
  const answer = await observed.call({
    application: 'assistants-app',
    path: modelPath('generateContent'),
    body,
  });
  expect(answer.status).toBe(200);
  const files = JSON.parse(readFileSync(join(scratch, 'files.json'), 'utf8')) as string[];
  expect(files).toContain('src/prediction/predict.ts');
  expect(files.filter((file) => NOT_NEEDED.test(file))).toEqual([]);
  expect(files.length).toBeLessThanOrEqual(MOST_FILES);
});
