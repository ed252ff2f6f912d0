import { answerJourneys } from '../src/answer-journeys.ts';
import type { JourneyRecord } from '../src/engine/journey.ts';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let gateway: TestGateway;

beforeAll(async () => {
  const files = { 'apis/echo/policy.xml': policies({ inbound: '<return-response />' }) };
  gateway = await startTestGateway({ files });
  await gateway.send({ path: '/echo/items/1' });
});

afterAll(() => gateway.close());

function latestId(): string {
  return gateway.journeys?.list()[0]?.requestId ?? '';
}

test('a journey is answered as JSON', () => {
  const { status, contentType, text } = answerJourneys(gateway.journeys, latestId(), null);
  expect({ status, contentType }).toEqual({ status: 200, contentType: 'application/json' });
  expect((JSON.parse(text) as JourneyRecord).steps).toMatchObject([{ policy: 'return-response' }]);
});

test('or as text', () => {
  const { contentType, text } = answerJourneys(gateway.journeys, latestId(), 'text');
  expect(contentType).toBe('text/plain; charset=utf-8');
  expect(text).toContain('return-response  done  api, apis/echo/policy.xml:2');
});

test('without a request id, the requests that are kept are listed', () => {
  const { text } = answerJourneys(gateway.journeys, '', null);
  expect(JSON.parse(text)).toMatchObject([{ method: 'GET', url: '/echo/items/1', statusCode: 200 }]);
});

test.each([
  [404, 'No journey is kept of that request.', 'unknown', null],
  [400, '"format" is json or text.', '', 'xml'],
])('%i: %s', (status, error, requestId, format) => {
  const answer = answerJourneys(gateway.journeys, requestId, format);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text)).toEqual({ error });
});

test('404 where none are recorded', () => {
  expect(answerJourneys(undefined, 'unknown', null).status).toBe(404);
});
