import { decodePath } from '../../../emulators/functions-host/request-path.ts';

test.each([
  ['/a/b?c=%20', '/a/b'],
  ['/a%20b/%C3%A9', '/a b/é'],
  ['/a%2Fb%2fc', '/a%2Fb%2fc'],
  ['/%C3%2F%A9', '/%C3%2F%A9'],
  ['/%FF%41', '/%FF%41'],
  ['/a/../b/./c', '/b/c'],
  ['/a/%2E%2E/b', '/b'],
  ['/../..', '/'],
  ['/a/..%2Fb', '/a/..%2Fb'],
  ['/a/.b', '/a/.b'],
])('%s is routed as %s', (target, path) => {
  expect(decodePath(target)).toBe(path);
});

test('a null character is refused', () => {
  expect(decodePath('/a%00')).toBeUndefined();
});
