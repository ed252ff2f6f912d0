import { join } from 'node:path';
import { RealClients } from './real-clients.ts';

let clients: RealClients;

beforeAll(async () => {
  clients = await RealClients.start();
});

afterAll(() => clients.stop());

const ABOUT_RESULT = expect.stringMatching(/rain, in, porto/) as string;

test.each([
  ['@openai/agents', 'agents', 'gemini-fast', ['generateContent', 'streamGenerateContent']],
  ['@openai/agents', 'agents', 'claude-haiku-4-5', ['rawPredict', 'streamRawPredict']],
  ['@ai-sdk/openai', 'ai-sdk', 'gemini-fast', ['generateContent', 'streamGenerateContent']],
  ['@ai-sdk/openai', 'ai-sdk', 'claude-haiku-4-5', ['rawPredict', 'streamRawPredict']],
] as const)(
  '%s as it comes (%s) uses a tool of %s, streams, and has an object',
  async (_, library, model, [whole, streamed]) => {
    const { exitCode, stdout, stderr } = await clients.run(
      process.execPath,
      [join(__dirname, 'frameworks', 'responses.mjs')],
      {
        env: {
          LIBRARY: library,
          MODEL: model,
          GATEWAY_URL: clients.gatewayUrl,
          SUBSCRIPTION_KEY: clients.keyOf('sandbox-app'),
        },
      },
    );
    expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      whole: ABOUT_RESULT,
      streamed: ABOUT_RESULT,
      object: { name: expect.any(String) as string },
    });
    expect(clients.takeTranscript()).toMatchSnapshot();
    clients.expectRecords(
      ...[whole, whole, streamed, streamed, whole].map((operation) => ({ outcome: 'answered', operation })),
    );
  },
);

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());
