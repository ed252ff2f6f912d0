import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';

const STREAMS = 20;
const PREDICTIONS = 200;

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

afterAll(() => observed.stop());

test('20 concurrent streams and 200 concurrent predictions finish, each with one audit record', async () => {
  await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 50 });
  const streams = Array.from({ length: STREAMS }, (_, index) =>
    observed.call({
      application: 'assistants-app',
      path: modelPath('streamGenerateContent?alt=sse'),
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: `Zanzibar stream ${index}` }] }] }),
    }),
  );
  const predictions = Array.from({ length: PREDICTIONS }, (_, index) =>
    observed.call({
      application: 'scoring-app',
      path: PREDICT_PATH,
      body: JSON.stringify({ instances: [[5 + index / 100, 3.5, 1.4, 0.2]] }),
    }),
  );

  const streamed = await Promise.all(streams);
  for (const [index, { status, text }] of streamed.entries()) {
    const events = text.split(/\r?\n\r?\n/).filter((event) => event.startsWith('data: {'));
    expect([status, events.length]).toEqual([200, 6]);
    // Each stream has its own answer, not another's.
    expect(text.replaceAll(/\r?\n\r?\n|data: /g, '')).toContain('"finishReason":"STOP"');
    expect(joinTexts(events)).toContain(`zanzibar, stream, ${index}.`);
  }
  const predicted = await Promise.all(predictions);
  expect(new Set(predicted.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set([...streamed, ...predicted].map(({ requestId }) => requestId)).size).toBe(
    STREAMS + PREDICTIONS,
  );

  const records = await observed.expectAllOnRecord(['zanzibar']);
  expect(records.filter(({ outcome }) => outcome !== 'answered')).toEqual([]);
  expect(records.filter(({ operation }) => operation === 'predict')).toHaveLength(PREDICTIONS);
  expect(records.filter(({ operation }) => operation === 'streamGenerateContent')).toHaveLength(STREAMS);
});

function joinTexts(events: readonly string[]): string {
  return events
    .map((event) => {
      const { candidates } = JSON.parse(event.slice('data: '.length)) as {
        candidates: { content: { parts: { text: string }[] } }[];
      };
      return candidates[0]?.content.parts[0]?.text ?? '';
    })
    .join('');
}
