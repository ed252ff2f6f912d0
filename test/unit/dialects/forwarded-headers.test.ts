import { forwardedHeaders } from '../../../src/dialects/forwarded-headers.ts';

const NAMES = ['traceparent', 'anthropic-beta'] as const;

function forward(sent: Readonly<Record<string, string>>): Record<string, string> {
  return forwardedHeaders((name) => sent[name] ?? null, NAMES);
}

test.each([
  { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  { 'anthropic-beta': 'context-1m-2025-08-07' },
])('%j goes on', (sent) => {
  expect(forward(sent)).toEqual(sent);
});

test.each([
  { traceparent: '00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01' },
  { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more' },
  { traceparent: 'token' },
  { 'anthropic-beta': '' },
  { 'anthropic-beta': ',' },
  { 'anthropic-beta': 'a b' },
  { 'anthropic-beta': 'a\r\nauthorization: Bearer x' },
  { authorization: 'Bearer x', 'x-goog-user-project': 'p' },
])('%j does not go on', (sent) => {
  expect(forward(sent)).toEqual({});
});

test.each([
  ['context-1m-2025-08-07,', 'context-1m-2025-08-07'],
  [',a,,b , ', 'a,b'],
  ['context-1m-2025-08-07,  files.api_1 , x', 'context-1m-2025-08-07,files.api_1,x'],
])('the list %j goes on without empty members', (sent, expected) => {
  expect(forward({ 'anthropic-beta': sent })).toEqual({ 'anthropic-beta': expected });
});

test('only headers that are named go on', () => {
  expect(forwardedHeaders(() => 'beta-1', ['anthropic-beta'])).toEqual({ 'anthropic-beta': 'beta-1' });
  expect(forwardedHeaders(() => 'beta-1', [])).toEqual({});
});

test('a long list of betas is judged at once', () => {
  expect(forward({ 'anthropic-beta': `${'a , '.repeat(50_000)}!` })).toEqual({});
  expect(forward({ 'anthropic-beta': `a${' '.repeat(100_000)}!` })).toEqual({});
});
