import fc from 'fast-check';
import { keysOfPlace, readPlace } from '../../../src/governance/place.ts';
import { governanceOf, modelEntry } from './governance-of.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

test.each([
  ['https://files.example.com', 'https', ['files.example.com']],
  ['https://files.example.com/', 'https', ['files.example.com']],
  ['https://files.example.com/a/b.png', 'https', ['files.example.com', 'a', 'b.png']],
  ['https://files.example.com/a/', 'https', ['files.example.com', 'a']],
  ['https://files.example.com/a?sig=x%2Fy&se=2026', 'https', ['files.example.com', 'a']],
  ['https://files.example.com?x', 'https', ['files.example.com']],
  ['https://files.example.com:8443/a', 'https', ['files.example.com:8443', 'a']],
  ['https://xn--bcher-kva.example/a', 'https', ['xn--bcher-kva.example', 'a']],
  ['https://account.blob.core.windows.net/c/d', 'https', ['account.blob.core.windows.net', 'c', 'd']],
  ['https://storage.googleapis.com/bucket/in/a', 'gs', ['bucket', 'in', 'a']],
  ['https://storage.cloud.google.com/bucket/in', 'gs', ['bucket', 'in']],
  ['https://www.youtube.com/', 'youtube', []],
  ['https://youtube.com', 'youtube', []],
  ['https://www.youtube.com/watch?v=9hE5-98ZeCg', 'youtube', ['9hE5-98ZeCg']],
  ['https://m.youtube.com/watch?v=9hE5-98ZeCg&t=10s', 'youtube', ['9hE5-98ZeCg']],
  ['https://youtu.be/9hE5-98ZeCg', 'youtube', ['9hE5-98ZeCg']],
  ['https://youtu.be/9hE5-98ZeCg?si=abc&t=10', 'youtube', ['9hE5-98ZeCg']],
  ['https://www.youtube.com/shorts/9hE5-98ZeCg', 'youtube', ['9hE5-98ZeCg']],
  ['https://www.youtube.com/live/9hE5-98ZeCg?feature=share', 'youtube', ['9hE5-98ZeCg']],
])('%s is a place', (uri, service, parts) => {
  expect(readPlace(uri)).toEqual({ service, parts, isPattern: false });
});

test.each([
  ['another scheme', 'http://files.example.com/a'],
  ['data, which are content', 'data:image/png;base64,AAAA'],
  ['a file', 'file:///etc/hosts'],
  ['a scheme in upper case', 'HTTPS://files.example.com/a'],
  ['no host', 'https:///a'],
  ['one slash', 'https:/files.example.com/a'],
  ['a backslash', 'https:\\\\files.example.com\\a'],
  ['a backslash behind the host', 'https://files.example.com\\@else.example.com/a'],
  ['a host in upper case', 'https://FILES.example.com/a'],
  ['a user', 'https://user@files.example.com/a'],
  ['a user and a password', 'https://files.example.com:443@else.example.com/a'],
  ['a user behind an encoded slash', 'https://files.example.com%2F@else.example.com/a'],
  ['the default port', 'https://files.example.com:443/a'],
  ['an empty port', 'https://files.example.com:/a'],
  ['a port with a zero before it', 'https://files.example.com:08443/a'],
  ['a port beyond all ports', 'https://files.example.com:65536/a'],
  ['two ports', 'https://files.example.com:1:2/a'],
  ['an IPv4 address', 'https://127.0.0.1/a'],
  ['an IPv4 address as one number', 'https://2130706433/a'],
  ['an IPv4 address in hexadecimal', 'https://0x7f.0.0.1/a'],
  ['an IPv4 address with a hexadecimal end', 'https://127.0.0.0x1/a'],
  ['an IPv6 address', 'https://[::1]/a'],
  ['the metadata server', 'https://169.254.169.254/computeMetadata/v1/'],
  ['a host of one label', 'https://localhost/a'],
  ['a trailing dot', 'https://files.example.com./a'],
  ['an empty label', 'https://files..example.com/a'],
  ['a label that begins with a dash', 'https://-files.example.com/a'],
  ['a host beyond ASCII', 'https://b\u00fccher.example/a'],
  ['a full stop beyond ASCII', 'https://files\u3002example.com/a'],
  ['letters of full width', 'https://\uff46iles.example.com/a'],
  ['an encoded host', 'https://files%2eexample.com/a'],
  ['an empty segment', 'https://files.example.com//a'],
  ['an empty segment at the end', 'https://files.example.com/a//'],
  ['two slashes alone', 'https://files.example.com//'],
  ['a segment that is a dot', 'https://files.example.com/./a'],
  ['a segment that leads up', 'https://files.example.com/a/../b'],
  ['an encoded segment that leads up', 'https://files.example.com/a/%2e%2e/b'],
  ['a segment with parameters', 'https://files.example.com/a;x=1/b'],
  ['an encoded slash', 'https://files.example.com/a%2Fb'],
  ['a backslash in the path', 'https://files.example.com/a\\..\\b'],
  ['a fragment', 'https://files.example.com/a#b'],
  ['a fragment in the query', 'https://files.example.com/a?x#b'],
  ['half an escape in the query', 'https://files.example.com/a?x=%2'],
  ['a space', 'https://files.example.com/a b'],
  ['a space before', ' https://files.example.com/a'],
  ['a line break', 'https://files.example.com/a\n'],
  ['a tab in the host', 'https://files.exa\tmple.com/a'],
  ['a character that turns the text around', 'https://files.example.com/\u202ea'],
  ['a wildcard', 'https://files.example.com/*'],
  ['objects as a host', 'https://bucket.storage.googleapis.com/in/a'],
  ['objects with a port', 'https://storage.googleapis.com:8443/bucket/in'],
  ['objects with a query', 'https://storage.googleapis.com/bucket?prefix=in'],
  ['objects of a wildcard', 'https://storage.googleapis.com/bucket/*'],
  ['objects by the JSON API', 'https://www.googleapis.com/storage/v1/b/bucket/o/in'],
  ['objects by the upload API', 'https://storage.googleapis.com//bucket/in'],
  ['objects by their old host', 'https://commondatastorage.googleapis.com/bucket/in'],
  ['objects by a location', 'https://storage.europe-west4.rep.googleapis.com/bucket/in'],
  ['objects with client certificates', 'https://storage.mtls.googleapis.com/bucket/in'],
  ['objects of Firebase', 'https://firebasestorage.googleapis.com/v0/b/bucket/o/in'],
  ['no bucket', 'https://storage.googleapis.com/'],
  ['a file of the Gemini API', 'https://generativelanguage.googleapis.com/v1beta/files/abc-123'],
  ['a page of YouTube that leads elsewhere', 'https://www.youtube.com/redirect?q=https://else.example.com'],
  ['a list of videos', 'https://www.youtube.com/playlist?list=PL1'],
  ['two videos', 'https://www.youtube.com/watch?v=9hE5-98ZeCg&v=aaaaaaaaaaa'],
  ['a video and a list', 'https://www.youtube.com/watch?v=9hE5-98ZeCg&list=PL1'],
  ['a video behind another member', 'https://www.youtube.com/watch?t=1&v=9hE5-98ZeCg'],
  ['no video', 'https://www.youtube.com/watch?v='],
  ['an id that is too long', 'https://www.youtube.com/watch?v=9hE5-98ZeCgg'],
  ['details that end in nothing', 'https://youtu.be/9hE5-98ZeCg?'],
  ['details without a separator', 'https://youtu.be/9hE5-98ZeCg?t=1start=1'],
  ['a short page with a path', 'https://youtu.be/9hE5-98ZeCg/more'],
  ['another host of YouTube', 'https://music.youtube.com/watch?v=9hE5-98ZeCg'],
  ['YouTube with a port', 'https://www.youtube.com:8443/watch?v=9hE5-98ZeCg'],
])('%s is no place', (_, uri) => {
  expect(readPlace(uri)).toBeUndefined();
});

test.each([
  `https://youtu.be/9hE5-98ZeCg?t=${'start='.repeat(320)}!`,
  `https://www.youtube.com/watch?v=9hE5-98ZeCg&t=${'start='.repeat(320)}!`,
  `https://${'a.'.repeat(990)}-`,
  `https://a.${'a-'.repeat(990)}`,
  `gs://bucket/${'a/'.repeat(990)}\\`,
  `bq://${'a:'.repeat(990)}`,
  `bq://${'a.'.repeat(990)}`,
])('an address is read in one pass, or this would not end', (uri) => {
  expect(readPlace(uri)).toBeUndefined();
});

const REASON = 'Because of the tests.';
const governance = governanceOf({
  entries: [modelEntry()],
  grants: [{ id: 'team', reason: REASON, roles: ['Team.Use', 'Films'], entries: ['flash'] }],
  storage: [
    {
      id: 'team-storage',
      reason: REASON,
      roles: ['Team.Use'],
      inputs: [
        'gs://bucket/in',
        'https://files.example.com/in',
        'https://files.example.com:8443',
        'https://www.youtube.com/watch?v=9hE5-98ZeCg',
      ],
    },
    { id: 'films', reason: REASON, roles: ['Films'], inputs: ['https://www.youtube.com/'] },
  ],
});

function judge(uri: string, role = 'Team.Use') {
  return governance.judgePlace({ roles: [role], applicationId: '', isDelegated: false }, 'inputs', uri);
}

test.each([
  ['https://files.example.com/in', 'allowed'],
  ['https://files.example.com/in/a/b?x=1', 'allowed'],
  ['https://files.example.com/inn', 'not-allowed'],
  ['https://files.example.com/IN/a', 'not-allowed'],
  ['https://files.example.com', 'not-allowed'],
  ['https://files.example.com/other?/in', 'not-allowed'],
  ['https://sub.files.example.com/in', 'not-allowed'],
  ['https://files.example.com.else.example/in', 'not-allowed'],
  ['https://files.example.com:8443/anything', 'allowed'],
  ['https://files.example.com:8444/in', 'not-allowed'],
  ['https://storage.googleapis.com/bucket/in/a', 'allowed'],
  ['https://storage.cloud.google.com/bucket/in/a', 'allowed'],
  ['https://storage.googleapis.com/bucket/other', 'not-allowed'],
  ['https://storage.googleapis.com/bucket', 'not-allowed'],
  ['https://youtu.be/9hE5-98ZeCg', 'allowed'],
  ['https://youtu.be/9hE5-98ZeCh', 'not-allowed'],
  ['https://www.youtube.com/', 'not-allowed'],
] as const)('%s is %s', (uri, verdict) => {
  expect(judge(uri)).toBe(verdict);
});

test('a role that lists nothing of a kind reaches nothing of it', () => {
  expect(judge('https://youtu.be/aaaaaaaaaaa', 'Films')).toBe('allowed');
  for (const uri of ['gs://bucket/in/a', 'bq://sample-project.data', 'https://files.example.com/in'])
    expect(judge(uri, 'Films')).toBe('not-allowed');
  for (const use of ['inputs', 'outputs'] as const)
    expect(
      governance.judgePlace(
        { roles: [], applicationId: '', isDelegated: false },
        use,
        'https://files.example.com/in',
      ),
    ).toBe('not-allowed');
});

const piece = fc.constantFrom(
  ...['https://', 'HTTPS://', 'http://', 'gs://', 'files.example.com', 'FILES.EXAMPLE.COM', 'else.example'],
  ...['bucket', 'storage.googleapis.com', 'storage.cloud.google.com', 'www.youtube.com', 'youtu.be'],
  ...[
    '/',
    '//',
    '\\',
    '/in',
    '/in/',
    '/IN',
    'in',
    '.',
    '..',
    '/../',
    '/./',
    '/%2e%2e/',
    '%2e%2e',
    '%2F',
    '%5c',
    '%00',
  ],
  ...[
    '@',
    ':',
    ':443',
    ':8443',
    '?',
    '#',
    '*',
    ';',
    '&',
    '=',
    'v=',
    'watch?v=',
    '9hE5-98ZeCg',
    '\t',
    '\n',
    ' ',
  ],
  ...['\u3002', '\uff0f', '\u2215', '\u0130', '\u017f', '\u202e', '\0', '[::1]', '127.0.0.1', 'xn--'],
);

test('whatever is allowed leads a reader of addresses into a listed place, and never anywhere else', () => {
  const start = fc.constantFrom(
    'https://files.example.com/in',
    'https://files.example.com:8443',
    'https://storage.googleapis.com/bucket/in',
    'https://www.youtube.com/watch?v=9hE5-98ZeCg',
    'gs://bucket/in',
    '',
  );
  fc.assert(
    fc.property(start, fc.array(piece, { maxLength: 7 }), (begun, pieces) => {
      const uri = `${begun}${pieces.join('')}`;
      if (judge(uri) !== 'allowed') return;
      if (uri.startsWith('gs://')) {
        expect(uri === 'gs://bucket/in' || uri.startsWith('gs://bucket/in/')).toBe(true);
        expect(uri).not.toMatch(/\/\.{1,2}(\/|$)|[%\\#?]|[^\S ]|\/ | \/| $/);
        return;
      }
      // As WHATWG reads it, which browsers and most fetchers follow: https://url.spec.whatwg.org/
      const { origin, username, password, pathname, hash, host, searchParams } = new URL(uri);
      expect({ username, password, hash }).toEqual({ username: '', password: '', hash: '' });
      expect(uri.startsWith(origin)).toBe(true);
      const isListed = {
        'files.example.com': /^\/in(\/|$)/.test(pathname),
        'files.example.com:8443': true,
        'storage.googleapis.com': /^\/bucket\/in(\/|$)/.test(pathname),
        'storage.cloud.google.com': /^\/bucket\/in(\/|$)/.test(pathname),
        'www.youtube.com': searchParams.getAll('v').join() === '9hE5-98ZeCg',
        'youtu.be': pathname === '/9hE5-98ZeCg',
      }[host];
      expect(isListed).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

test('the place that is read is the one that a reader of addresses finds', () => {
  const segment = fc.stringMatching(/^[\w.~=+@,:!()$&-]{1,6}$/);
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 4 }), anyText({ maxLength: 6 }), (path, tail) => {
      const uri = `https://files.example.com/${path.join('/')}${tail}`;
      const place = readPlace(uri);
      if (!place) return;
      const read = new URL(uri);
      const name = keysOfPlace(place)
        .at(-1)
        ?.replace(/^https\//, '');
      expect(name).toBe(`${read.host}${read.pathname}`.replace(/\/$/, ''));
    }),
    { numRuns: 5_000 },
  );
});
