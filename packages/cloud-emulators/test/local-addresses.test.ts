import { LocalAddresses } from '../src/local-addresses.ts';

const addresses = new LocalAddresses()
  .add('https://a.example', 'http://127.0.0.1:1')
  .add('https://b.example', 'http://127.0.0.1:2/b/');

test.each([
  ['https://a.example', 'http://127.0.0.1:1'],
  ['https://a.example/path', 'http://127.0.0.1:1/path'],
  ['X=https://a.example/;Y=https://b.example;Z=1', 'X=http://127.0.0.1:1/;Y=http://127.0.0.1:2/b;Z=1'],
  ['https://a.example.org/path', 'https://a.example.org/path'],
  ['nothing', 'nothing'],
])('%s is %s on this machine', (text, local) => {
  expect(addresses.localize(text)).toBe(local);
});
