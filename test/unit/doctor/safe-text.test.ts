import fc from 'fast-check';
import { kindOfAddress } from '../../../src/doctor/address-kind.ts';
import { safeCode, safeText } from '../../../src/doctor/safe-text.ts';

test('a text is shown in one line of printable ASCII, or not at all', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(safeText(value)).toMatch(/^[\x20-\x7e]{0,200}$/);
      expect(safeCode(value)).toMatch(/^\w{1,60}$/);
    }),
  );
});

test.each(['eyJhbGciOiJSUzI1NiIs.a.b', 'ya29.abc', 'Bearer x', 'a\nb', 'ä'.repeat(3), 'x'.repeat(201)])(
  'no token and no foreign text: %j',
  (text) => {
    expect(safeText(text)).toBe('(not shown)');
  },
);

test.each([
  ['127.0.0.1', 'local'],
  ['::1', 'local'],
  ['10.0.0.4', 'private'],
  ['::ffff:10.0.0.4', 'private'],
  ['172.31.0.1', 'private'],
  ['172.32.0.1', 'public'],
  ['100.64.0.1', 'private'],
  ['fd00::1', 'private'],
  ['199.36.153.4', 'google-virtual'],
  ['199.36.153.12', 'public'],
  ['142.250.0.1', 'public'],
  ['', 'public'],
])('%s is %s', (address, kind) => {
  expect(kindOfAddress(address)).toBe(kind);
});
