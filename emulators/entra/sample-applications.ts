/** An application registered in the tenant, with the app roles that were granted to it on the gateway's API. */
export interface Application {
  readonly name: string;
  /** Application (client) id: `azp` in its tokens. */
  readonly clientId: string;
  /** Object id of its service principal: `oid` and `sub` in its tokens. */
  readonly objectId: string;
  readonly roles: readonly string[];
  /** The person that it acts for: its tokens are then delegated ones, with that person's object id and roles. */
  readonly person?: Person;
}

/** Somebody of the tenant, with the app roles that were granted to them on the gateway's API. */
export interface Person {
  /** `oid` in tokens. */
  readonly objectId: string;
  /** `sub` in tokens for the gateway: another one for each API. */
  readonly subject: string;
  readonly roles: readonly string[];
}

/** A managed identity: a principal that only its platform can get tokens for. */
export type ServicePrincipal = Omit<Application, 'roles' | 'person'>;

export const SAMPLE_TENANT_ID = '11111111-1111-4111-8111-111111111111';

/** The application id URI of the API that callers ask tokens for; the only one that defines app roles. */
export const GATEWAY_AUDIENCE = 'api://vertex-gateway';

/** Callers to try the gateway with: one for each app role, one that was granted none, and one that acts for a person. */
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
      roles: ['Assistants.Use'],
    },
  },
  {
    name: 'auditor-app',
    clientId: 'a0000007-0000-4000-8000-000000000007',
    objectId: 'b0000007-0000-4000-8000-000000000007',
    roles: ['Audit.Read'],
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
