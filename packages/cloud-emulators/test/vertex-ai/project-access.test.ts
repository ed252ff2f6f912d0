import { checkProject } from '../../src/vertex-ai/project-access.ts';
import { ENDPOINT, MODEL, startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterEach(() => vertex.emulator.actions['PUT access']?.({}));
afterAll(() => vertex.close());

const QUESTION = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };

function permit(access: object): unknown {
  return vertex.emulator.actions['PUT access']?.(access);
}

test('a project without the API refuses every call and names the service', async () => {
  await permit({ disabledProjects: ['sample-project'] });
  const { status, json } = await vertex.call('POST', `${MODEL}:countTokens`, QUESTION);
  expect(status).toBe(403);
  expect(json).toMatchObject({
    error: {
      status: 'PERMISSION_DENIED',
      message: expect.stringMatching(/^Vertex AI API has not been used in project/) as string,
      details: [
        {
          reason: 'SERVICE_DISABLED',
          domain: 'googleapis.com',
          metadata: { service: 'aiplatform.googleapis.com', consumer: 'projects/sample-project' },
        },
      ],
    },
  });
});

test.each([
  [`${MODEL}:countTokens`, 'aiplatform.endpoints.predict'],
  [`v1/${ENDPOINT}:explain`, 'aiplatform.endpoints.explain'],
  ['v1/projects/sample-project/locations/us/cachedContents', 'aiplatform.cachedContents.create'],
  ['v1/projects/sample-project/locations/us/batchPredictionJobs', 'aiplatform.batchPredictionJobs.create'],
])('a principal without a role is refused at %s for the lack of %s', async (path, permission) => {
  await permit({ members: ['another'] });
  expect(await vertex.call('POST', path, QUESTION)).toMatchObject({
    status: 403,
    json: { error: { details: [{ reason: 'IAM_PERMISSION_DENIED', metadata: { permission } }] } },
  });
  await permit({ members: ['a principal'] });
  expect(await vertex.call('POST', path, QUESTION)).not.toMatchObject({ status: 403 });
});

test('gRPC checks rights too', async () => {
  await permit({ members: [] });
  const call = vertex.client(TOKEN).predict({ endpoint: ENDPOINT, instances: [] });
  await expect(call).rejects.toMatchObject({ code: 7, reason: 'IAM_PERMISSION_DENIED' });
});

test('a call is refused for the permission of its method in its project', () => {
  const asked: unknown[] = [];
  checkProject(
    (principal, call) => {
      asked.push([principal, call]);
      return undefined;
    },
    'someone',
    'google.cloud.aiplatform.v1.JobService.CancelBatchPredictionJob',
    'projects/p/locations/us/batchPredictionJobs/1',
  );
  const permission = 'aiplatform.batchPredictionJobs.cancel';
  expect(asked).toEqual([['someone', { project: 'p', service: 'aiplatform.googleapis.com', permission }]]);
});
