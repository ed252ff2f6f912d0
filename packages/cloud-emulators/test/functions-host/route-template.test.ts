import { parseRouteTemplate } from '../../src/functions-host/route-template.ts';

const match = (template: string, path: string): unknown => parseRouteTemplate(template).match(path);

test('literals are case-insensitive and a trailing slash is ignored', () => {
  expect(match('Api/Health', '/api/HEALTH/')).toEqual({});
  expect(match('api/health', '/api/health/more')).toBeUndefined();
  expect(match('a.b', '/aXb')).toBeUndefined();
});

test('a parameter takes one segment that is not empty', () => {
  expect(match('items/{id}', '/items/7')).toEqual({ id: '7' });
  expect(match('items/{id}', '/items/')).toBeUndefined();
  expect(match('items/{id}', '/items/7/8')).toBeUndefined();
});

test('an optional parameter and one with a default may be left out', () => {
  expect(match('items/{id?}', '/items')).toEqual({});
  expect(match('items/{id=1}', '/items')).toEqual({ id: '1' });
  expect(match('items/{id=1}/{part?}', '/items/2/x')).toEqual({ id: '2', part: 'x' });
  expect(match('items/{id=1}/more', '/items/more')).toBeUndefined();
});

test('a catch-all takes the rest, with its slashes, and may be empty', () => {
  expect(match('vertex/{*rest}', '/vertex/a/b%2Fc/')).toEqual({ rest: 'a/b%2Fc/' });
  expect(match('vertex/{*rest}', '/vertex')).toEqual({});
  expect(match('{**rest}', '/')).toEqual({});
  expect(match('vertex/{*rest}', '/vertexx')).toBeUndefined();
});

test('two parameters in one segment split at the last literal', () => {
  expect(match('{name}.{extension}', '/archive.tar.gz')).toEqual({ name: 'archive.tar', extension: 'gz' });
});

test.each([
  ['int', '7', 'x'],
  ['int', '-2147483648', '2147483648'],
  ['long', '9223372036854775807', '9223372036854775808'],
  ['guid', '11111111-1111-4111-8111-111111111111', '1111'],
  ['bool', 'TRUE', '1'],
  ['alpha', 'abc', 'a1'],
  ['decimal', '1.5', 'x'],
  ['length(2)', 'ab', 'abc'],
  ['length(2,3)', 'abc', 'a'],
  ['minlength(2)', 'ab', 'a'],
  ['maxlength(2)', 'ab', 'abc'],
  ['min(3)', '3', '2'],
  ['max(3)', '3', '4'],
  ['range(3,5)', '4', '6'],
  ['regex(^v[[0-9]]{{1,2}}$)'.replace('[[0-9]]', '\\d'), 'v12', 'v123'],
  ['int:min(3)', '3', '2'],
])('constraint %s takes %s, not %s', (constraint, good, bad) => {
  expect(match(`{value:${constraint}}`, `/${good}`)).toEqual({ value: good });
  expect(match(`{value:${constraint}}`, `/${bad}`)).toBeUndefined();
});

test.each([
  ['/leading', 'does not start with "/"'],
  ['a//b', 'empty segment'],
  ['{a}{b}', 'literal between'],
  ['{a', 'no "}"'],
  ['a}', 'no "{"'],
  ['{*a}/b', 'not the whole last segment'],
  ['{a}/{A}', 'twice'],
  ['{a:weekday}', 'constraint "weekday"'],
  ['{}', 'not a parameter'],
  ['{a}.{b?}', 'not supported'],
])('template %s is refused', (template, reason) => {
  expect(() => parseRouteTemplate(template)).toThrow(reason);
});
