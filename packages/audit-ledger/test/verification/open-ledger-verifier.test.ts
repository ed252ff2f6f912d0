import { openLedgerVerifier } from '../../src/verification/open-ledger-verifier.ts';
import { rejectedBy } from '../thrown-by.ts';

const MINUTE_IN_MS = 60_000;

test('a token in its last minutes is not renewed behind one’s back, where a failure would end the process', async () => {
  let asked = 0;
  const verifier = openLedgerVerifier({
    storageUrl: 'https://127.0.0.1:1',
    keyUrl: undefined,
    contentRetentionInDays: 90,
    witnessUrl: undefined,
    credential: {
      getToken: () => {
        asked += 1;
        return Promise.resolve({ token: 'x', expiresOnTimestamp: Date.now() + MINUTE_IN_MS });
      },
    },
    query: undefined,
    connectionString: '',
  });
  const request = { period: { from: new Date(0), to: new Date(1) }, graceInMs: 0 };
  const { signal } = new AbortController();
  for (let index = 0; index < 2; index += 1)
    expect(await rejectedBy(verifier.verify(request, signal))).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  expect(asked).toBe(1);
});
