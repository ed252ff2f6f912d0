import type { Person } from './access-token-claims.ts';
import type { ApiRegistration } from './api-registration.ts';

/** An application registered in the tenant, with the app roles that were granted to it on the gateway's API. */
export interface Application {
  readonly name: string;
  /** Application (client) id: `azp` or `appid` in its tokens. */
  readonly clientId: string;
  /** Object id of its service principal: `oid` and `sub` in its tokens. */
  readonly objectId: string;
  readonly roles: readonly string[];
  /**
   * The person that the application acts for. Its tokens are then delegated ones, with that person's object id and
   * roles.
   */
  readonly person?: Person;
}

/** A managed identity: a principal that gets tokens through its platform alone. */
export type ServicePrincipal = Omit<Application, 'roles' | 'person'>;

/** The id of the sample tenant. */
export const SAMPLE_TENANT_ID = '11111111-1111-4111-8111-111111111111';

/** The API that callers ask tokens for; no other API defines app roles. */
export const gatewayApi: ApiRegistration = {
  clientId: 'f0000001-0000-4000-8000-000000000001',
  identifierUris: ['api://f0000001-0000-4000-8000-000000000001', 'api://vertex-gateway'],
  requestedAccessTokenVersion: 2,
  appRoles: [
    'Sandbox.Use',
    'Scoring.Predict',
    'Analytics.Eu',
    'Assistants.Use',
    'Audit.Read',
    'Gateway.Operate',
  ],
  idtyp: 'app',
};

/** The function app's API, which API Management's managed identity calls. */
export const functionsApi: ApiRegistration = {
  clientId: 'f0000002-0000-4000-8000-000000000002',
  identifierUris: ['api://f0000002-0000-4000-8000-000000000002', 'api://vertex-gateway-functions'],
  requestedAccessTokenVersion: 2,
  appRoles: [],
};

/** The resource of the subject tokens that the function app's managed identity exchanges at Google. */
export const federationApi: ApiRegistration = {
  clientId: 'f0000003-0000-4000-8000-000000000003',
  identifierUris: ['api://f0000003-0000-4000-8000-000000000003', 'api://google-federation'],
  requestedAccessTokenVersion: 2,
  appRoles: [],
};

/** The registrations of the sample APIs. */
export const sampleApis: readonly ApiRegistration[] = [gatewayApi, functionsApi, federationApi];

/** Sample callers of the gateway: one for each app role, one without any role, and one that acts for a person. */
export const sampleApplications: readonly Application[] = [
  {
    name: 'sandbox-app',
    clientId: 'a0000001-0000-4000-8000-000000000001',
    objectId: 'b0000001-0000-4000-8000-000000000001',
    roles: ['Sandbox.Use'],
  },
  {
    name: 'scoring-app',
    clientId: 'a0000002-0000-4000-8000-000000000002',
    objectId: 'b0000002-0000-4000-8000-000000000002',
    roles: ['Scoring.Predict'],
  },
  {
    name: 'eu-analytics-app',
    clientId: 'a0000003-0000-4000-8000-000000000003',
    objectId: 'b0000003-0000-4000-8000-000000000003',
    roles: ['Analytics.Eu'],
  },
  {
    name: 'assistants-app',
    clientId: 'a0000004-0000-4000-8000-000000000004',
    objectId: 'b0000004-0000-4000-8000-000000000004',
    roles: ['Assistants.Use'],
  },
  {
    name: 'nobody-app',
    clientId: 'a0000005-0000-4000-8000-000000000005',
    objectId: 'b0000005-0000-4000-8000-000000000005',
    roles: [],
  },
  {
    name: 'agent-app',
    clientId: 'a0000006-0000-4000-8000-000000000006',
    objectId: 'b0000006-0000-4000-8000-000000000006',
    roles: [],
    person: {
      objectId: 'e0000001-0000-4000-8000-000000000001',
      subject: 'sX3vJ0mB9dQe7LrY2nWkTq5HfCzAi8GpUoR1uVxNt4M',
      name: 'Ada Sample',
      username: 'ada@contoso.example',
      roles: ['Assistants.Use'],
    },
  },
  {
    name: 'auditor-app',
    clientId: 'a0000007-0000-4000-8000-000000000007',
    objectId: 'b0000007-0000-4000-8000-000000000007',
    roles: ['Audit.Read'],
  },
  {
    name: 'operator-app',
    clientId: 'a0000008-0000-4000-8000-000000000008',
    objectId: 'b0000008-0000-4000-8000-000000000008',
    roles: ['Gateway.Operate'],
  },
];

/** The managed identity of API Management, which calls the function app. */
export const apiManagementIdentity: ServicePrincipal = {
  name: 'api-management',
  clientId: 'c0000001-0000-4000-8000-000000000001',
  objectId: 'd0000001-0000-4000-8000-000000000001',
};

/** The managed identity of the function app, which Google's workload identity pool trusts. */
export const functionAppIdentity: ServicePrincipal = {
  name: 'function-app',
  clientId: 'c0000002-0000-4000-8000-000000000002',
  objectId: 'd0000002-0000-4000-8000-000000000002',
};
