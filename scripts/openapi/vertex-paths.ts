import type { Operation, Surface } from './surface.ts';

/** The path before a project's resources in one location. */
export const PARENT = '/{version}/projects/{project}/locations/{location}';

/** The parameters of the native surface's paths, by name. */
export const vertexPathParameters: Surface['pathParameters'] = {
  version: { description: 'The version of the Vertex AI API.', example: 'v1', enum: ['v1', 'v1beta1'] },
  project: { description: "The Google Cloud project's id or number.", example: 'sample-project' },
  location: {
    description: 'The location that serves the call: a region, the multi-region `us` or `eu`, or `global`.',
    example: 'us',
  },
  publisher: { description: "The model's publisher.", example: 'google' },
  model: { description: "The publisher model's id.", example: 'gemini-3.5-flash' },
  endpoint: { description: "The endpoint's number.", example: '1234567890' },
  job: { description: "The batch prediction job's number.", example: '6789012345678901234' },
  content: { description: "The cached content's number.", example: '7890123456789012345' },
};

/** The example of a page token. */
export const PAGE_TOKEN = 'CAEQChoQc2FtcGxlLXByb2plY3Q';

/** The parameters for paging through a list: https://google.aip.dev/158 */
export const PAGING = {
  pageSize: { description: 'The maximum number of entries on a page.', example: '10' },
  pageToken: {
    description:
      'The `nextPageToken` of the previous page. The other parameters must be those of that request.',
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
      description: `${operation.description} The rules choose the project and the location.`,
      pathExamples,
    },
  ];
}
