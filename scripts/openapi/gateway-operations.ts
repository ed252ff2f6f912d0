import { ALWAYS, POLICY_VERSION, REQUEST_ID, WITH_BODY } from './failures.ts';
import {
  Caller,
  gatewayComponents,
  Models,
  PolicyExplainRequest,
  PolicyExplanation,
  Problem,
} from './gateway-schemas.ts';
import { doctorOperation } from './gateway-doctor-operation.ts';
import { recordOperations } from './gateway-record-operations.ts';
import { verifyOperation } from './gateway-verify-operation.ts';
import type { Failure, Surface } from './surface.ts';

const ENDPOINT = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890';

/** The gateway's own surface. */
export const gatewaySurface: Surface = {
  id: 'gateway',
  title: 'Gateway',
  description:
    'Questions to the gateway about callers, rules and records. Answers come from its policy documents and its records. Nothing is sent to Google.',
  tags: [
    { name: 'questions', description: "The caller's identity, models and permissions." },
    { name: 'records', description: "The caller's records and usage." },
  ],
  pathParameters: {
    id: { description: "The call's request id.", example: REQUEST_ID },
  },
  failures: { mediaType: 'application/problem+json', schema: Problem, example: describeProblem },
  components: gatewayComponents,
  operations: [
    {
      method: 'get',
      path: '/v1/whoami',
      operationId: 'whoami',
      summary: 'Identify the caller',
      description: "Returns the caller's identity as the gateway sees it.",
      tag: 'questions',
      answer: {
        description: 'The caller as the rules see it.',
        content: {
          'application/json': {
            schema: Caller,
            example: {
              identityProvider: 'entra',
              tenantId: '7f1d6a52-0000-4000-8000-000000000001',
              objectId: 'b0000002-0000-4000-8000-000000000002',
              applicationId: 'a0000002-0000-4000-8000-000000000002',
              isDelegated: false,
              roles: ['Scoring.Predict'],
              subscriptionId: 'scoring-app',
              productId: 'production',
              environment: 'production',
            },
          },
        },
      },
      failures: ALWAYS,
    },
    {
      method: 'get',
      path: '/v1/models',
      operationId: 'models',
      summary: 'List models',
      description:
        'Lists the models and endpoints that the caller may use, with their locations and operations.',
      tag: 'questions',
      answer: {
        description: 'The models that the caller may use, and no others.',
        content: {
          'application/json': {
            schema: Models,
            example: {
              policyVersion: POLICY_VERSION,
              models: [
                {
                  name: 'iris',
                  alias: 'flowers',
                  endpoint: '1234567890',
                  project: 'sample-project',
                  allowed: [{ locations: ['us-central1'], operations: ['predict'] }],
                  classification: 'internal',
                  price: { perCall: 0.0001 },
                },
              ],
            },
          },
        },
      },
      failures: ALWAYS,
    },
    {
      method: 'post',
      path: '/v1/policy:explain',
      operationId: 'policy-explain',
      summary: 'Explain a decision',
      description:
        'Returns the decision on a call without making the call. The answer names the rule that decides. For a denied call, it lists the missing permissions.',
      tag: 'questions',
      request: {
        description: 'The call to explain.',
        schema: PolicyExplainRequest,
        example: { method: 'POST', path: `${ENDPOINT}:predict` },
      },
      answer: {
        description: 'The decision on the call. The status is 200 for a denied call too.',
        content: {
          'application/json': {
            schema: PolicyExplanation,
            example: {
              decision: 'allow',
              rule: 'scoring-iris',
              reason: 'The scoring team classifies flowers in production.',
              policyVersion: POLICY_VERSION,
              project: 'sample-project',
              location: 'us-central1',
              entry: 'iris',
              limits: [
                {
                  scope: 'product',
                  name: 'production',
                  callsPerMinute: 600_000,
                  callsPerDay: 50_000_000,
                  concurrentStreams: 500,
                },
              ],
            },
          },
        },
      },
      failures: WITH_BODY,
    },
    ...recordOperations,
    verifyOperation,
    doctorOperation,
  ],
};

function describeProblem({ status, code, title, message }: Failure): object {
  return {
    type: `/errors/${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: message,
    instance: `/requests/${REQUEST_ID}`,
    code,
  };
}
