import { decodePath, encodeTarget, readTarget } from '../../src/functions-host/request-path.ts';

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

test.each([
  ['/a%2Fb/c%20d?q=%20a', '/a%252Fb/c%20d?q=%20a'],
  ['/é/x:y/%C3%A9', '/%C3%A9/x:y/%C3%A9'],
  ['/!$&()*+,;=@~|^[]{}"<>`/%41%7e/../z', '/!$&()*+,;=@~%7C%5E%5B%5D%7B%7D%22%3C%3E%60/z'],
])('%s reaches the worker as %s, as YARP sends it', (target, sent) => {
  expect(encodeTarget(decodePath(target) ?? '', target)).toBe(sent);
});

test.each([
  ['/a?b', 'gateway.example:80', { host: 'gateway.example:80', path: '/a?b' }],
  ['http://Gateway.example/a?b', 'gateway.example', { host: 'gateway.example', path: '/a?b' }],
  ['http://gateway.example', 'gateway.example', { host: 'gateway.example', path: '/' }],
  ['http://other.example/a', 'gateway.example', undefined],
  ['*', 'gateway.example', undefined],
  ['/a', 'a/b', undefined],
  ['/a', '', undefined],
  ['/\u00e9', 'gateway.example', undefined],
])('%s at %s is read as Kestrel reads it', (target, host, read) => {
  expect(readTarget(target, host)).toEqual(read);
});
