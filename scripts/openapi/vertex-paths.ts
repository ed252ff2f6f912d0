import type { Operation, Surface } from './surface.ts';

/** The path before a project's resources in one location. */
export const PARENT = '/{version}/projects/{project}/locations/{location}';

/** The parameters of the native surface's paths, by name. */
export const vertexPathParameters: Surface['pathParameters'] = {
  version: { description: 'Version of the Vertex AI API.', example: 'v1', enum: ['v1', 'v1beta1'] },
  project: { description: 'Google Cloud project, by id or number.', example: 'sample-project' },
  location: {
    description: 'Google Cloud location that serves the call, or global.',
    example: 'us-central1',
  },
  publisher: { description: 'Who publishes the model.', example: 'google' },
  model: { description: 'Id of the publisher model.', example: 'gemini-2.5-flash' },
  endpoint: { description: 'Number of the endpoint.', example: '1234567890' },
  job: { description: 'Number of the batch prediction job.', example: '6789012345678901234' },
  content: { description: 'Number of the cached content.', example: '7890123456789012345' },
};

/** The example of a page token. */
export const PAGE_TOKEN = 'CAEQChoQc2FtcGxlLXByb2plY3Q';

/** The parameters for paging through a list: https://google.aip.dev/158 */
export const PAGING = {
  pageSize: { description: 'The most entries of a page.', example: '10' },
  pageToken: {
    description: 'The nextPageToken of the page before, with the same other parameters.',
    example: PAGE_TOKEN,
  },
};

/**
 * Makes the two forms of an operation: the long one, and the short one without project and location, for which the rules
 * choose both.
 */
export function inBothForms(operation: Operation): [Operation, Operation] {
  const pathExamples = Object.fromEntries(
    Object.entries(operation.pathExamples ?? {}).filter(([name]) => name !== 'location'),
  );
  return [
    { ...operation, path: `${PARENT}${operation.path}` },
    {
      ...operation,
      path: `/{version}${operation.path}`,
      operationId: `${operation.operationId}-anywhere`,
      summary: `${operation.summary}, where the rules allow it`,
      description: `${operation.description} The project and the location are chosen by the rules.`,
      pathExamples,
    },
  ];
}
