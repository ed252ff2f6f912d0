import { DoctorReport } from '../../src/doctor/report.ts';
import { ObservedChain } from './observed-chain.ts';

const PATH = '/gateway/v1/doctor';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

afterAll(() => observed.stop());

async function ask(headers: Record<string, string> = {}, query = ''): Promise<string> {
  const answer = await observed.call({
    application: 'operator-app',
    method: 'GET',
    path: PATH + query,
    headers,
  });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, {
    dialect: 'gateway',
    operation: 'doctor',
    outcome: 'answered',
    status: '200',
  });
  return answer.text;
}

test('an operator is told that everything works, as the function app and the edge see it', async () => {
  const report = DoctorReport.parse(JSON.parse(await ask()));
  expect(report).toMatchObject({ sight: 'function-app', isWell: true, broken: [] });
  const statuses = Object.fromEntries(report.legs.map(({ leg, status }) => [leg, status]));
  expect(Object.entries(statuses).filter(([, status]) => status !== 'works')).toEqual([
    ['impersonation', 'not-configured'],
  ]);
  const { details } = report.legs.find(({ leg }) => leg === 'edge-named-values') ?? {};
  expect(details).toMatchObject({ 'gateway-url': observed.chain.environment.gatewayUrl });
});

test('the report is text for those who ask for text', async () => {
  for (const text of [await ask({ accept: 'text/plain' }), await ask({}, '?format=text')])
    expect(text).toMatch(/^works {3}Settings of the function app: [^]*\nNothing is broken\.\n$/m);
});

test('reports hold no token and no key', async () => {
  const text = await ask();
  expect(text).not.toMatch(/eyJ|ya29\.|Bearer |InstrumentationKey/);
});

test.each(['nobody-app', 'auditor-app', 'assistants-app', 'sandbox-app'])(
  '%s learns nothing',
  async (application) => {
    const answer = await observed.call({ application, method: 'GET', path: PATH });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'NOT_GRANTED' });
    observed.whenRecorded(answer, { operation: 'doctor', outcome: 'denied', code: 'NOT_GRANTED' });
  },
);

test('those who ask often are asked to wait, and cause no more examinations', async () => {
  await observed.chain.control('google', 'DELETE', 'requests');
  const answers = await Promise.all(
    Array.from({ length: 14 }, () =>
      observed.call({ application: 'operator-app', method: 'GET', path: PATH }),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses).toContain(429);
  const exchanges = (await observed.chain.requests('google')).filter(({ path }) => path === '/v1/token');
  expect(exchanges.length).toBeLessThanOrEqual(1);
});

test('every question is on record', async () => {
  await observed.expectAllOnRecord([]);
});
