import { z } from 'zod';
import { nameChatCompletions } from './chat-completion-schemas.ts';
import { REQUEST_ID } from './failures.ts';
import { nameMessages } from './message-schemas.ts';
import type { Failure, Surface } from './surface.ts';
import { vertexComponents } from './vertex-content-schemas.ts';
import { endpointOperations } from './vertex-endpoint-operations.ts';
import { jobOperations } from './vertex-job-operations.ts';
import { liveOperation, modelOperations } from './vertex-model-operations.ts';
import { vertexPathParameters } from './vertex-paths.ts';

const GatewayError = z
  .looseObject({
    type: z.string().describe('The URI of the problem type, such as `/errors/rate-limited`.'),
    title: z.string().describe('The title of the problem type.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('The cause of the failure and its remedy.'),
    instance: z.string().describe('The URI of this call, which contains its request id.'),
    error: z
      .looseObject({
        code: z.int().describe('The HTTP status.'),
        message: z.string().describe('The cause of the failure and its remedy, equal to `detail`.'),
        status: z
          .string()
          .describe('The canonical name of the status at Google, such as `INVALID_ARGUMENT`.'),
        details: z
          .array(z.looseObject({ '@type': z.string().describe('The type URL of the detail.') }))
          .describe('Details for programs. The reason is the error code.'),
      })
      .describe("The failure in Google's error model: https://cloud.google.com/apis/design/errors"),
    request_id: z
      .string()
      .optional()
      .describe("The call's id. Only errors of Anthropic's models have it, in Anthropic's own form."),
  })
  .describe("A problem document (RFC 9457) that also has the members of Google's error model.")
  .register(vertexComponents, { id: 'GatewayError' });

nameChatCompletions(vertexComponents);
nameMessages(vertexComponents);

/** The native surface, with Google's own paths and bodies. */
export const vertexSurface: Surface = {
  id: 'vertex',
  title: 'Vertex AI',
  description:
    "Models and endpoints of Vertex AI behind a governed gateway. Paths and bodies are Google's own. A Microsoft Entra ID token and an APIM subscription key replace Google credentials.",
  tags: [
    { name: 'endpoints', description: 'Models that are deployed to custom endpoints.' },
    { name: 'publisher-models', description: 'Models that a publisher, such as Google, serves.' },
    { name: 'batch-prediction-jobs', description: 'Predictions for many instances at once.' },
    { name: 'cached-contents', description: 'Cached content for later calls.' },
  ],
  pathParameters: vertexPathParameters,
  failures: { mediaType: 'application/json', schema: GatewayError, example: describeError },
  components: vertexComponents,
  operations: [...endpointOperations, ...modelOperations, ...jobOperations, liveOperation],
};

function describeError({ status, code, canonical, title, message }: Failure): object {
  return {
    type: `/errors/${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: message,
    instance: `/requests/${REQUEST_ID}`,
    error: {
      code: status,
      message,
      status: canonical,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: code,
          domain: 'vertex-ai-gateway',
          metadata: { requestId: REQUEST_ID },
        },
      ],
    },
  };
}
