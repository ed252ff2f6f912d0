import { fallbackProvider, findAgent } from '../../../src/governance/principals.ts';
import { isAuditor } from '../../../src/governance/is-auditor.ts';
import { endpointEntry, governanceOf } from './governance-of.ts';

const GUID = 'a6666666-6666-4666-8666-666666666666';
const OKTA_ID = '0oa1AgentClient';

const governance = governanceOf({
  identityProviders: [
    {
      id: 'okta',
      type: 'oidc',
      openIdConfiguration: '{{okta-openid-configuration}}',
      issuer: '{{okta-issuer}}',
      audiences: ['x'],
      groups: { claim: 'groups', roles: {} },
    },
    { id: 'entra', type: 'entra', tenantId: '{{tenant-id}}', audiences: ['x'] },
  ],
  entries: [endpointEntry()],
  grants: [{ id: 'iris', reason: 'Tests.', roles: ['Score'], entries: ['iris'] }],
  agents: [
    { id: 'entra-agent', reason: 'Tests.', applicationId: GUID, roles: ['Score'] },
    {
      id: 'okta-agent',
      reason: 'Tests.',
      identityProvider: 'okta',
      applicationId: OKTA_ID,
      roles: ['Score'],
    },
  ],
  auditors: { reason: 'Tests.', roles: ['Score'] },
});
const { access } = governance.documents;

test.each([
  ['entra', GUID, 'entra-agent'],
  ['entra', GUID.toUpperCase(), 'entra-agent'],
  [undefined, GUID, 'entra-agent'],
  ['okta', OKTA_ID, 'okta-agent'],
  // Two issuers may give the same id to different applications.
  ['okta', GUID, undefined],
  ['entra', OKTA_ID, undefined],
  // Ids that are no GUIDs are case-sensitive.
  ['okta', OKTA_ID.toLowerCase(), undefined],
  ['subscription-key', '', undefined],
])('of %s, the application %s is the agent %s', (identityProvider, applicationId, id) => {
  const application = { applicationId, ...(identityProvider !== undefined && { identityProvider }) };
  expect(findAgent(access, application)?.id).toBe(id);
});

test.each([
  ['okta', OKTA_ID, true],
  ['okta', GUID, false],
  ['entra', OKTA_ID, false],
])('of %s, %s may act for people: %s', (identityProvider, applicationId, allowed) => {
  const principal = { identityProvider, applicationId, roles: ['Score'], isDelegated: true };
  const { decision, ...verdict } = decisionOf(principal);
  expect([decision, verdict.rule]).toEqual(allowed ? [true, 'iris+okta-agent'] : [false, 'agents']);
  expect(isAuditor(access, principal)).toBe(allowed);
});

function decisionOf(principal: Parameters<typeof governance.decide>[0]) {
  const { allowed, rule } = governance.decide(principal, {
    project: 'sample-project',
    location: 'us-central1',
    resource: { kind: 'endpoint', endpoint: 'iris' },
    operation: 'predict',
  });
  return { decision: allowed, rule };
}

test('without an identity provider there is none to fall back on', () => {
  expect(() => fallbackProvider([])).toThrow('There is no identity provider.');
});
