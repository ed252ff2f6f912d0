import { trafficTypeOf } from '../../src/vertex-ai/gemini/traffic-type.ts';

function ask(location: string, headers: Readonly<Record<string, string>>): string {
  const route = { version: 'v1', method: '', name: '', params: { location }, query: new URLSearchParams() };
  return trafficTypeOf({ headers, route } as Parameters<typeof trafficTypeOf>[0]);
}

test.each([
  ['global', 'flex', 'ON_DEMAND_FLEX'],
  ['eu', 'priority', 'ON_DEMAND_PRIORITY'],
  ['us-central1', 'priority', 'ON_DEMAND'],
  ['global', 'turbo', 'ON_DEMAND'],
])('a call in %s that asks for %s is served as %s', (location, tier, trafficType) => {
  expect(ask(location, { 'x-vertex-ai-llm-shared-request-type': tier })).toBe(trafficType);
});

test('a call that asks for nothing is served on demand', () => {
  expect(ask('global', {})).toBe('ON_DEMAND');
  expect(ask('global', { 'x-vertex-ai-llm-request-type': 'shared' })).toBe('ON_DEMAND');
});

test('bought throughput is exhausted, because there is none', () => {
  expect(() => ask('global', { 'x-vertex-ai-llm-request-type': 'dedicated' })).toThrow(
    expect.objectContaining({ code: 'RESOURCE_EXHAUSTED' }) as Error,
  );
});
