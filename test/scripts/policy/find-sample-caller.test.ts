import { join } from 'node:path';
import { findProduct, findSampleCaller } from '../../../scripts/policy/find-sample-caller.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

const { documents } = loadGovernance(join(__dirname, '..', '..', '..', 'governance'));

test('an application has the roles that were granted to it', () => {
  expect(findSampleCaller(documents, 'eu-analytics-app')).toEqual({
    applicationId: 'a0000003-0000-4000-8000-000000000003',
    roles: ['Analytics.Eu'],
    isDelegated: false,
  });
});

test('an agent acts with the roles of its person', () => {
  expect(findSampleCaller(documents, 'agent-app')).toEqual({
    applicationId: 'a0000006-0000-4000-8000-000000000006',
    roles: ['Assistants.Use'],
    isDelegated: true,
  });
});

test('an application of another issuer has the roles that its groups stand for', () => {
  expect(findSampleCaller(documents, 'okta-app')).toMatchObject({
    roles: ['Assistants.Use'],
    isDelegated: false,
  });
});

test('an unknown application is refused with the nearest name', () => {
  expect(() => findSampleCaller(documents, 'okta-ap')).toThrow(
    '"okta-ap" is not a sample application. Did you mean "okta-app"?',
  );
});

test('a caller subscribes to the product of its environment', () => {
  expect(findProduct(documents, findSampleCaller(documents, 'sandbox-app'))).toBe('sandbox');
  expect(findProduct(documents, findSampleCaller(documents, 'scoring-app'))).toBe('production');
  expect(findProduct(documents, findSampleCaller(documents, 'nobody-app'))).toBe('production');
});
