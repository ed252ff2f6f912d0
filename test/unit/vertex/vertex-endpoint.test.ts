import { vertexEndpoint } from '../../../src/vertex/vertex-endpoint.ts';

test.each([
  ['us-central1', 'us-central1-aiplatform.googleapis.com'],
  ['europe-west4', 'europe-west4-aiplatform.googleapis.com'],
  ['global', 'aiplatform.googleapis.com'],
  ['eu', 'aiplatform.eu.rep.googleapis.com'],
])('the location %s is served by %s', (location, host) => {
  expect(vertexEndpoint(location, undefined)).toEqual({ host, port: 443 });
});

test.each([
  ['127.0.0.1:8443', '127.0.0.1', 8443],
  ['vertex.internal', 'vertex.internal', 443],
  ['vertex.internal:443', 'vertex.internal', 443],
])('the override %s counts for every location', (override, host, port) => {
  for (const location of ['global', 'us-central1']) {
    expect(vertexEndpoint(location, override)).toEqual({ host, port });
  }
});
