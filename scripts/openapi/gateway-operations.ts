import { ALWAYS, POLICY_VERSION, REQUEST_ID, WITH_BODY } from './failures.ts';
import {
  Caller,
  gatewayComponents,
  Models,
  PolicyExplainRequest,
  PolicyExplanation,
  Problem,
} from './gateway-schemas.ts';
import { recordOperations } from './gateway-record-operations.ts';
import { verifyOperation } from './gateway-verify-operation.ts';
import type { Failure, Surface } from './surface.ts';

const ENDPOINT = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890';

/** The gateway's own surface. */
export const gatewaySurface: Surface = {
  id: 'gateway',
  title: 'Gateway',
  description:
    'What the gateway says about itself. Answers come from its policy documents and its records; nothing is sent to Google.',
  tags: [
    { name: 'questions', description: 'Who one is to the gateway, what one may use, and why.' },
    { name: 'records', description: 'What was called, and what it used.' },
  ],
  pathParameters: {
    id: { description: 'The request id of the call.', example: REQUEST_ID },
  },
  failures: { mediaType: 'application/problem+json', schema: Problem, example: describeProblem },
  components: gatewayComponents,
  operations: [
    {
      method: 'get',
      path: '/v1/whoami',
      operationId: 'whoami',
      summary: 'Who am I',
      description: 'Says who the gateway takes the caller for.',
      tag: 'questions',
      answer: {
        description: 'The caller, as the rules see it.',
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
      description: 'Lists the models and endpoints that the caller may use, with where and for what.',
      tag: 'questions',
      answer: {
        description: 'What the caller may use, and nothing else.',
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
        'Says what would become of a call, which rule decides it and, when it is denied, what is missing. The call is not made.',
      tag: 'questions',
      request: {
        description: 'The call, as it would be made.',
        schema: PolicyExplainRequest,
        example: { method: 'POST', path: `${ENDPOINT}:predict` },
      },
      answer: {
        description: 'What would become of the call; a denied one is explained with 200 as well.',
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
