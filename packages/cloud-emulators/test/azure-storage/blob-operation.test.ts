import { readBlobOperation } from '../../src/azure-storage/blob-operation.ts';

const CONTAINERS = 'Microsoft.Storage/storageAccounts/blobServices/containers';

test.each([
  ['GET', '/a/c/b', {}, ['blobs/read']],
  ['HEAD', '/a/c/b?comp=metadata', {}, ['blobs/read']],
  ['DELETE', '/a/c/b', {}, ['blobs/delete']],
  ['PUT', '/a/c/b', {}, ['blobs/write']],
  ['PUT', '/a/c/b', { 'if-none-match': '*' }, ['blobs/write', 'blobs/add/action']],
  ['PUT', '/a/c/b?comp=appendblock', {}, ['blobs/write', 'blobs/add/action']],
  ['PUT', '/a/c/b?comp=metadata', { 'if-none-match': '*' }, ['blobs/write']],
  ['PUT', '/a/c/b?comp=blocklist', {}, ['blobs/write']],
])('%s %s with %p needs one of %p', (method, url, headers, actions) => {
  expect(readBlobOperation({ method, url, headers })).toEqual({
    actions: actions.map((action) => `${CONTAINERS}/${action}`),
    isDataAction: true,
    container: 'c',
  });
});

test('listing blobs is reading them, by a suboperation of its own', () => {
  const request = { method: 'GET', url: '/a/c?restype=container&comp=list', headers: {} };
  expect(readBlobOperation(request)).toEqual({
    actions: [`${CONTAINERS}/blobs/read`],
    isDataAction: true,
    subOperation: 'Blob.List',
    container: 'c',
  });
});

test.each([
  ['GET', '/a/c?restype=container', 'read', 'c'],
  ['PUT', '/a/c?restype=container', 'write', 'c'],
  ['DELETE', '/a/c?restype=container', 'delete', 'c'],
  ['GET', '/a?comp=list', 'read', undefined],
])('%s %s is no action on data', (method, url, action, container) => {
  expect(readBlobOperation({ method, url, headers: {} })).toEqual({
    actions: [`${CONTAINERS}/${action}`],
    isDataAction: false,
    container,
  });
});
