import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientChain } from './client-chain.ts';

/** A request as a client sent it. */
interface Recorded {
  readonly client: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const recorded = ['dotnet', 'python'].flatMap(
  (name) => JSON.parse(readFileSync(join(__dirname, 'recordings', `${name}.json`), 'utf8')) as Recorded[],
);
/** The operations on record by the ends of paths. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'chat/completions': 'chatCompletions',
  embeddings: 'predict',
  ':generateContent': 'generateContent',
  ':streamGenerateContent?alt=sse': 'streamGenerateContent',
};

let clients: ClientChain;

beforeAll(async () => {
  clients = await ClientChain.start();
});

afterAll(() => clients.stop());

test.each(recorded)('$client is answered as it expects: $operation', async (each) => {
  const { method, path, body, operation } = each;
  const { key } = await clients.credentials('sandbox-app');
  const headers = new Headers(each.headers);
  for (const [name, value] of Object.entries(each.headers)) headers.set(name, value.replace('<key>', key));
  const answer = await fetch(clients.url(path), { method, headers, body });
  const text = await answer.text();
  expect({ status: answer.status, text }).toMatchObject({ status: 200 });
  const isStream = operation === 'stream';
  expect(answer.headers.get('content-type')).toContain(isStream ? 'text/event-stream' : 'application/json');
  if (path.startsWith('/openai/v1/chat') && isStream) expect(text.trimEnd()).toMatch(/data: \[DONE\]$/);
  if (path.startsWith('/anthropic') && isStream) expect(text).toContain('event: message_stop');
  const [, known] = Object.entries(OPERATIONS).find(([end]) => path.endsWith(end)) ?? [];
  clients.expectRecords({
    outcome: 'answered',
    operation: known ?? (isStream ? 'streamRawPredict' : 'rawPredict'),
  });
});

test('every call is on record', () => clients.expectAllOnRecord());
