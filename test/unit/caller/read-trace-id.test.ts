import { readTraceId } from '../../../src/caller/api-management-callers.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

test.each([`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-00`, `cc-${TRACE}-${PARENT}-01-more`])(
  '%s tells its trace',
  (header) => {
    expect(readTraceId(() => header)).toBe(TRACE);
  },
);

test('a trace may end with zeros', () => {
  const trace = `${TRACE.slice(0, 30)}00`;
  expect(readTraceId(() => `00-${trace}-${PARENT.slice(0, 15)}0-01`)).toBe(trace);
});

test.each([
  null,
  '',
  TRACE,
  `00-${TRACE}-${PARENT}`,
  `00-${TRACE}-${PARENT}-01-more`,
  `ff-${TRACE}-${PARENT}-01`,
  `cc-${TRACE}-${PARENT}-01more`,
  `0xcc-${TRACE}-${PARENT}-01`,
  `cc-${TRACE}-${PARENT}-0`,
  `cc-${TRACE}-${PARENT.slice(1)}-01`,
  `cc-${TRACE.slice(1)}-${PARENT}-01`,
  `00-${TRACE.toUpperCase()}-${PARENT}-01`,
  `00-${'0'.repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE}-${PARENT}-01\n`,
  `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
])('%j tells none', (header) => {
  expect(readTraceId(() => header)).toBeUndefined();
});
