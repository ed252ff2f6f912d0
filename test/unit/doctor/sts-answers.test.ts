import { readSts } from '../../../src/doctor/sts-answers.ts';
import { answer, SETTINGS, TENANT } from './doctor-for-tests.ts';

function read(error: string, description: string, status = 400) {
  const text = JSON.stringify({ error, error_description: description });
  return readSts(answer({ status, text }), SETTINGS).reading;
}

/** The errors that Google documents: https://docs.cloud.google.com/iam/docs/troubleshooting-workload-identity-federation */
test.each([
  [
    'invalid_target',
    'The target service indicated by the "audience" parameters is invalid.',
    'pool-provider',
  ],
  [
    'invalid_grant',
    'The issuer in ID Token https://a.example does not match the expected one in config: https://b.example',
    'issuer',
  ],
  ['invalid_grant', 'The audience in ID Token [x] does not match the expected audience.', 'audience'],
  [
    'unauthorized_client',
    'The given credential is rejected by the attribute condition.',
    'attribute-condition',
  ],
  ['invalid_grant', 'ID Token issued at 1 is stale to sign-in.', 'token-exchange'],
  ['invalid_grant', "Error connecting to the given credential's issuer.", 'issuer'],
  [
    'invalid_request',
    'The size of mapped attribute google.subject exceeds the 127 bytes limit.',
    'attribute-condition',
  ],
  ['invalid_grant', 'Unable to verify the ID Token signature.', 'token-exchange'],
  ['invalid_scope', 'Something new.', 'token-exchange'],
  ['unauthorized_client', 'Something new.', 'attribute-condition'],
])('%s “%s” is of the leg %s', (error, description, leg) => {
  expect(read(error, description)).toMatchObject({ leg });
});

test.each([
  [429, '{}', /throttles/],
  [503, 'down', /fails \(503\)/],
  [403, '{"error":{"status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED"}]}}', /API is off/],
])('an answer %d tells nothing of the legs before the exchange', (status, text, summary) => {
  expect(readSts(answer({ status, text }), SETTINGS).reading).toMatchObject({
    leg: 'token-exchange',
    tellsNothing: true,
    summary: expect.stringMatching(summary) as string,
  });
});

test('the expected version of tokens is named when only it is wrong', () => {
  const v2 = `https://login.microsoftonline.com/${TENANT}/v2.0`;
  const v1 = `https://sts.windows.net/${TENANT}/`;
  const readIssuers = (issued: string, expected: string) =>
    read(
      'invalid_grant',
      `The issuer in ID Token ${issued} does not match the expected one in config: ${expected}`,
    );
  expect(readIssuers(v1, v2)?.remedies.join('\n')).toContain('api.requestedAccessTokenVersion=2');
  expect(readIssuers(v2, v1)?.remedies.join('\n')).toContain('api.requestedAccessTokenVersion=1');
  expect(readIssuers(v2, v2.replace(TENANT, '2'.repeat(8)))?.remedies.join('\n')).not.toContain(
    'AccessTokenVersion',
  );
});

test('no word of a refusal is shown', () => {
  const secret = 'eyJhbGciOiJSUzI1NiJ9 secret words';
  const readings = [
    read(secret, secret),
    read(
      'invalid_grant',
      `The issuer in ID Token ${secret} does not match the expected one in config: ${secret}`,
    ),
    read('invalid_grant', `The audience in ID Token [${secret}] does not match`),
  ];
  expect(JSON.stringify(readings)).not.toMatch(/eyJ|secret/);
});

test('an answer without a token is a refusal, whatever its status', () => {
  expect(readSts(answer({ text: '{"access_token":""}' }), SETTINGS).accessToken).toBeUndefined();
  expect(readSts(answer({ text: 'null' }), SETTINGS).reading?.leg).toBe('token-exchange');
  expect(readSts(answer({ text: '{"access_token":"t"}' }), SETTINGS)).toEqual({ accessToken: 't' });
});
