import { applicationIdOf } from '../../src/reading/application-id.ts';

const KEY = 'InstrumentationKey=22222222-2222-4222-8222-222222222222';
const ID = '55555555-5555-4555-8555-555555555555';

test.each([
  `${KEY};IngestionEndpoint=https://example.com/;ApplicationId=${ID}`,
  `ApplicationId=${ID};${KEY}`,
  `${KEY};applicationid=${ID};LiveEndpoint=https://example.com/`,
])('%s names the application', (connectionString) => {
  expect(applicationIdOf(connectionString)).toBe(ID);
});

test.each([KEY, `${KEY};ApplicationId=`, `${KEY};ApplicationId=../${ID}`, `${KEY};OtherApplicationId=${ID}`])(
  '%s names none',
  (connectionString) => {
    expect(applicationIdOf(connectionString)).toBeUndefined();
  },
);
