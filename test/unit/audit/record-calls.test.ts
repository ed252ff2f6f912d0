import { AuditError } from '@vertex-ai-gateway/audit-ledger/audit-error';
import { recordCalls } from '../../../src/audit/record-calls.ts';
import { withGatewayErrors } from '../../../src/audit/with-gateway-errors.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { rejectedBy, thrownBy } from '../thrown-by.ts';
import { FULL_RECORD } from './full-record.ts';

const DOWN = new AuditError('AUDIT_LEDGER_UNAVAILABLE', 'The ledger is down.', { retryAfterInMs: 7 });
const nothing = () => undefined;

const trail = recordCalls({
  admit: () => {
    throw DOWN;
  },
  countUnverified: nothing,
  open: () => Promise.reject(DOWN),
  commit: () => Promise.reject(DOWN),
  record: nothing,
});

test('an error of the audit ledger keeps its code, its sentence and when to try again', async () => {
  const errors = [
    thrownBy(() => trail.admit()),
    await rejectedBy(trail.open(FULL_RECORD)),
    await rejectedBy(trail.commit(FULL_RECORD, {})),
  ];
  for (const error of errors) {
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      code: 'AUDIT_LEDGER_UNAVAILABLE',
      message: 'The ledger is down.',
      retryAfterInMs: 7,
    });
  }
});

test('the last closing of a call is handed to the ledger, which notes each closing in it', async () => {
  const lasts: unknown[] = [];
  const noting = recordCalls({
    admit: nothing,
    countUnverified: nothing,
    open: () => Promise.resolve(),
    commit: (_, last) => {
      lasts.push(last);
      return Promise.resolve();
    },
    record: (_, last) => void lasts.push(last),
  });
  const [one, other] = [{}, {}];
  await noting.commit(FULL_RECORD, one);
  noting.record(FULL_RECORD, other);
  expect(lasts.map((last) => [one, other].findIndex((given) => given === last))).toEqual([0, 1]);
});

test('a call that is not let in after a while gets the gateway’s own error, too', async () => {
  const stalling = recordCalls({
    admit: () => Promise.reject(DOWN),
    countUnverified: nothing,
    open: () => Promise.resolve(),
    commit: () => Promise.resolve(),
    record: nothing,
  });
  const error = await rejectedBy(stalling.admit() ?? Promise.resolve());
  expect(error).toBeInstanceOf(GatewayError);
  expect(error).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE', retryAfterInMs: 7 });
});

test('an error of the audit ledger without a time keeps having none', async () => {
  const { open } = withGatewayErrors({
    open: () => Promise.reject(new AuditError('SEALS_UNAVAILABLE', 'Later.')),
  });
  expect(await rejectedBy(open())).toMatchObject({ code: 'SEALS_UNAVAILABLE', retryAfterInMs: undefined });
});

test('answers, and errors that are not of the audit ledger, stay as they are', async () => {
  const gone = new GatewayError('CALLER_GONE', 'Gone.');
  const part = withGatewayErrors({
    find: (id: string) => Promise.resolve([id]),
    sum: () => Promise.reject(gone),
  });
  expect(await part.find('1')).toEqual(['1']);
  expect(await rejectedBy(part.sum())).toBe(gone);
});
