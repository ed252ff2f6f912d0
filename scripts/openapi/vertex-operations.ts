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
    type: z.string().describe('Names the kind of problem, such as /errors/rate-limited.'),
    title: z.string().describe('The kind of problem in a few words.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What went wrong and what to do about it.'),
    instance: z.string().describe('Names this call by its request id.'),
    error: z
      .looseObject({
        code: z.int().describe('The HTTP status.'),
        message: z.string().describe('The same as detail.'),
        status: z.string().describe("Google's canonical name of the status."),
        details: z
          .array(z.looseObject({ '@type': z.string().describe('What kind of fact this is.') }))
          .describe('Facts for programs; the reason is the code of the error.'),
      })
      .describe("The same as Google's clients read it: https://cloud.google.com/apis/design/errors"),
    request_id: z
      .string()
      .optional()
      .describe("Of Anthropic's models, where the error is Anthropic's own too: id of the call."),
  })
  .describe("A problem document (RFC 9457) that is Google's error model as well.")
  .register(vertexComponents, { id: 'GatewayError' });

nameChatCompletions(vertexComponents);
nameMessages(vertexComponents);

/** The native surface, with Google's own paths and bodies. */
export const vertexSurface: Surface = {
  id: 'vertex',
  title: 'Vertex AI',
  description:
    "Models and endpoints of Vertex AI behind a governed gateway. Paths and bodies are Google's own; a Microsoft Entra ID token and an APIM subscription key take the place of Google credentials.",
  tags: [
    { name: 'endpoints', description: 'Models deployed to endpoints of our own.' },
    { name: 'publisher-models', description: 'Models that a publisher, such as Google, serves.' },
    { name: 'batch-prediction-jobs', description: 'Predictions for many instances at once.' },
    { name: 'cached-contents', description: 'Content that is kept for later calls.' },
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
