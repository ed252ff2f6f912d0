import { LOCATIONS } from '../../../src/governance/locations.ts';
import { vertexAddress } from '../../../src/vertex/vertex.ts';

test.each([
  ['us-central1', 'us-central1-aiplatform.googleapis.com'],
  ['europe-west4', 'europe-west4-aiplatform.googleapis.com'],
  ['global', 'aiplatform.googleapis.com'],
  ['us', 'aiplatform.us.rep.googleapis.com'],
  ['eu', 'aiplatform.eu.rep.googleapis.com'],
])('the location %s is served by %s', (location, host) => {
  expect(vertexAddress(location, undefined, undefined)).toEqual({
    name: host,
    host,
    port: 443,
    isShared: true,
  });
});

test('every location that the catalog may list is served by a host of Google’s', () => {
  for (const location of LOCATIONS)
    expect(vertexAddress(location, undefined, undefined).host).toMatch(
      /^(?:(?:[a-z]+-[a-z]+\d+-)?aiplatform|aiplatform\.(?:us|eu)\.rep)\.googleapis\.com$/,
    );
});

test.each([
  ['127.0.0.1:8443', '127.0.0.1', 8443],
  ['vertex.internal', 'vertex.internal', 443],
  ['vertex.internal:443', 'vertex.internal', 443],
])('the override %s is connected to for every location, whose name stays', (override, host, port) => {
  for (const location of ['global', 'us-central1']) {
    const { name } = vertexAddress(location, undefined, undefined);
    expect(vertexAddress(location, undefined, override)).toEqual({ name, host, port, isShared: true });
  }
});

const DEDICATED = '1.us-central1-9.prediction.vertexai.goog';
const PRIVATE = '1-us-central1-9.prediction.p.vertexai.goog';

test.each([
  [{ name: DEDICATED }, DEDICATED],
  [{ name: PRIVATE, ip: '10.0.0.5' }, '10.0.0.5'],
])('an endpoint’s own address %j is connected to at %s', (own, host) => {
  const { name } = own;
  expect(vertexAddress('us-central1', own, undefined)).toEqual({ name, host, port: 443, isShared: false });
  expect(vertexAddress('us-central1', own, '127.0.0.1:8443')).toEqual({
    name,
    host: '127.0.0.1',
    port: 8443,
    isShared: false,
  });
});
