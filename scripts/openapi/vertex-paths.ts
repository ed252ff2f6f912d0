import type { Operation, Surface } from './surface.ts';

/** Where a project's resources in one location stand. */
export const PARENT = '/{version}/projects/{project}/locations/{location}';

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

/** The next page's token in examples. */
export const PAGE_TOKEN = 'CAEQChoQc2FtcGxlLXByb2plY3Q';

/** How to page through a list: https://google.aip.dev/158 */
export const PAGING = {
  pageSize: { description: 'The most entries of a page.', example: '10' },
  pageToken: {
    description: 'The nextPageToken of the page before, with the same other parameters.',
    example: PAGE_TOKEN,
  },
};

/**
 * An operation of a publisher model or of what is made for one, in its long form and in the short one, which names
 * neither project nor location and is served where the caller may be.
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
