import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient, RestError } from '@azure/storage-blob';
import { BLOB_CREATOR, ROLE_IDS } from '../../src/azure-rbac/built-in-roles.ts';
import { assignEverywhere, RoleAssignments } from '../../src/azure-rbac/role-assignments.ts';
import { type AzureStorage, startAzureStorage } from '../../src/azure-storage/start-azure-storage.ts';
import { type Entra, startEntra } from '../../src/entra/start-entra.ts';
import { createCertificateAuthority } from '../../src/loopback/certificate-authority.ts';
import {
  type ManagedIdentity,
  startManagedIdentity,
} from '../../src/managed-identity/start-managed-identity.ts';

const TENANT_ID = '11111111-1111-4111-8111-111111111111';
const CONTRIBUTOR = { name: 'contributor', clientId: 'c1', objectId: 'd1' };
const STRANGER = { name: 'stranger', clientId: 'c2', objectId: 'd2' };
const RESOURCE = 'https://storage.azure.com';

let entra: Entra;
let identity: ManagedIdentity;
let storage: AzureStorage;
let container: ContainerClient;
let blobs = 0;
/** The authorities that the process trusts; other tests may share it. */
const trusted = getCACertificates('default');

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  setDefaultCACertificates([...trusted, authority.certificate]);
  entra = await startEntra({
    port: 0,
    tenantId: TENANT_ID,
    applications: [],
    servicePrincipals: [CONTRIBUTOR, STRANGER],
  });
  identity = await startManagedIdentity({
    port: 0,
    identities: [CONTRIBUTOR, STRANGER],
    issueToken: entra.issueIdentityToken,
  });
  storage = await startAzureStorage({
    port: 0,
    tls: authority.server,
    certificateAuthority: authority.certificate,
    accounts: [
      {
        name: 'samples',
        containers: ['ledger', 'state'],
        access: accessOf(assignEverywhere(ROLE_IDS.storageBlobDataContributor, CONTRIBUTOR.objectId)),
      },
      {
        name: 'witness',
        containers: ['heads'],
        access: accessOf(
          new RoleAssignments([{ principalId: CONTRIBUTOR.objectId, role: BLOB_CREATOR, scope: '/account' }]),
        ),
      },
      {
        name: 'others',
        containers: ['theirs'],
        access: accessOf(assignEverywhere(ROLE_IDS.storageBlobDataContributor, STRANGER.objectId)),
      },
    ],
  });
  container = containerOf('samples', 'ledger');
});
afterEach(() => {
  storage.control.clear();
  storage.control.clearFaults();
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await Promise.all([storage.close(), identity.close(), entra.close()]);
});

function accessOf(roleAssignments: RoleAssignments) {
  return { tenantId: TENANT_ID, jwksUri: entra.jwksUri, resourceId: '/account', roleAssignments };
}

function containerOf(account: string, name: string): ContainerClient {
  Object.assign(process.env, identity.environmentOf('contributor'));
  const retryOptions = { maxTries: 1 };
  const service = new BlobServiceClient(storage.urlOf(account), new ManagedIdentityCredential(), {
    retryOptions,
  });
  return service.getContainerClient(name);
}

function newBlob(): ReturnType<ContainerClient['getAppendBlobClient']> {
  blobs += 1;
  return container.getAppendBlobClient(`writer-${blobs}/0.jsonl`);
}

/** Gives the status and the code of a refusal. */
async function refusal(work: Promise<unknown>): Promise<[number | undefined, string | undefined]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RestError)) throw new Error(`It is not refused: ${String(error)}`);
  return [error.statusCode, error.code];
}

async function head(authorization: string | undefined): Promise<[number, string | null]> {
  const response = await fetch(`${storage.urlOf('samples')}/ledger?restype=container`, {
    headers: { 'x-ms-version': '2025-01-05', ...(authorization !== undefined && { authorization }) },
  });
  await response.body?.cancel();
  return [response.status, response.headers.get('x-ms-error-code')];
}

test('has the containers that it is deployed with', async () => {
  expect(await container.exists()).toBe(true);
});

test('creates an append blob once', async () => {
  const blob = newBlob();
  await blob.create({ conditions: { ifNoneMatch: '*' } });
  expect(await refusal(blob.create({ conditions: { ifNoneMatch: '*' } }))).toEqual([
    409,
    'BlobAlreadyExists',
  ]);
});

test('appends where the writer believes the end to be, and nowhere else', async () => {
  const blob = newBlob();
  await blob.create();
  await blob.appendBlock('one\n', 4, { conditions: { appendPosition: 0 } });
  expect(await refusal(blob.appendBlock('two\n', 4, { conditions: { appendPosition: 0 } }))).toEqual([
    412,
    'AppendPositionConditionNotMet',
  ]);
  const { blobCommittedBlockCount } = await blob.appendBlock('two\n', 4, {
    conditions: { appendPosition: 4 },
  });
  expect(blobCommittedBlockCount).toBe(2);
  expect((await blob.downloadToBuffer()).toString()).toBe('one\ntwo\n');
});

test('gives a part of a blob', async () => {
  const blob = newBlob();
  await blob.create();
  await blob.appendBlock('0123456789', 10);
  expect((await blob.downloadToBuffer(3, 4)).toString()).toBe('3456');
});

test('lists what is stored by prefix', async () => {
  const blob = newBlob();
  await blob.create();
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix: blob.name })) names.push(name);
  expect(names).toEqual([blob.name]);
});

test('one who may create blobs reads them, and replaces, extends and deletes none', async () => {
  const heads = containerOf('witness', 'heads');
  const blob = heads.getBlockBlobClient('1.json');
  const conditions = { ifNoneMatch: '*' };
  await blob.upload('{}', 2, { conditions });
  expect((await blob.downloadToBuffer()).toString()).toBe('{}');
  expect(await refusal(blob.upload('[]', 2, { conditions }))).toEqual([409, 'BlobAlreadyExists']);
  const denied = [403, 'AuthorizationPermissionMismatch'];
  expect(await refusal(blob.upload('[]', 2))).toEqual(denied);
  expect(await refusal(blob.setMetadata({ a: 'b' }, { conditions }))).toEqual(denied);
  expect(await refusal(blob.delete())).toEqual(denied);
  expect(await refusal(heads.delete())).toEqual(denied);
  expect((await blob.downloadToBuffer()).toString()).toBe('{}');
});

test('rights on one account are none on another, and an account that is not there has nothing', async () => {
  const theirs = containerOf('others', 'theirs').getAppendBlobClient('mine');
  const denied = [403, 'AuthorizationPermissionMismatch'];
  expect(await refusal(theirs.create())).toEqual(denied);
  expect(await refusal(theirs.download())).toEqual(denied);
  const nobodys = containerOf('nobodys', 'ledger').getBlobClient('1');
  expect(await refusal(nobodys.download())).toEqual([404, 'ResourceNotFound']);
});

test('refuses a caller without a token, with a key, or of another tenant', async () => {
  const { accessToken } = await identity.requestToken('contributor', RESOURCE);
  const [header = '', payload = ''] = accessToken.split('.');
  expect(await head(undefined)).toEqual([401, 'NoAuthenticationInformation']);
  expect(await head('SharedKey samples:AAAA')).toEqual([403, 'KeyBasedAuthenticationNotPermitted']);
  expect(await head(`Bearer ${header}.${payload}.AAAA`)).toEqual([401, 'InvalidAuthenticationInfo']);
  expect(await head(`Bearer ${accessToken}`)).toEqual([200, null]);
});

test('refuses a token for another service, and one that has expired', async () => {
  const other = await identity.requestToken('contributor', 'https://vault.azure.net');
  expect(await head(`Bearer ${other.accessToken}`)).toEqual([401, 'InvalidAuthenticationInfo']);
  const expired = await entra.issueToken({
    iss: `https://sts.windows.net/${TENANT_ID}/`,
    aud: RESOURCE,
    oid: CONTRIBUTOR.objectId,
    exp: 1,
  });
  expect(await head(`Bearer ${expired}`)).toEqual([401, 'InvalidAuthenticationInfo']);
});

test('refuses a principal without a role', async () => {
  const { accessToken } = await identity.requestToken('stranger', RESOURCE);
  expect(await head(`Bearer ${accessToken}`)).toEqual([403, 'AuthorizationPermissionMismatch']);
});

test('is told by query and method what goes wrong, in words of the service', async () => {
  const blob = newBlob();
  await blob.create();
  storage.control.inject({ path: 'comp=appendblock', status: 409, body: { code: 'BlockCountExceedsLimit' } });
  storage.control.inject({ path: blob.name, method: 'HEAD', status: 503, body: { code: 'ServerBusy' } });
  await blob.setMetadata({});
  expect(await refusal(blob.appendBlock('one\n', 4))).toEqual([409, 'BlockCountExceedsLimit']);
  expect((await refusal(blob.getProperties()))[0]).toBe(503);
  await blob.appendBlock('one\n', 4);
});

test('does what is asked and loses the answer', async () => {
  const blob = newBlob();
  await blob.create();
  storage.control.inject({ path: 'comp=appendblock', abortAfterChunks: 0 });
  expect(await refusal(blob.appendBlock('one\n', 4))).toEqual([undefined, 'ECONNRESET']);
  expect((await blob.downloadToBuffer()).toString()).toBe('one\n');
});

test('records requests without tokens and large bodies', async () => {
  const blob = newBlob();
  await blob.create();
  await blob.appendBlock('small', 5);
  const large = Buffer.alloc(65 * 1024, 'a');
  await blob.appendBlock(large, large.length);
  const requests = storage.control.requests();
  expect(requests.map(({ method, body }) => [method, body])).toEqual([
    ['PUT', ''],
    ['PUT', 'small'],
    ['PUT', ''],
  ]);
  expect(requests.some(({ headers }) => 'authorization' in headers)).toBe(false);
});

test('takes many writers at once', async () => {
  const writers = Array.from({ length: 20 }, newBlob);
  await Promise.all(
    writers.map(async (blob) => {
      await blob.create();
      for (let block = 0; block < 5; block += 1)
        await blob.appendBlock('entry\n', 6, { conditions: { appendPosition: block * 6 } });
    }),
  );
  const sizes = await Promise.all(writers.map(async (blob) => (await blob.getProperties()).contentLength));
  expect(new Set(sizes)).toEqual(new Set([30]));
});

test('roles of an account can be assigned anew', async () => {
  await storage.actions['PUT roles']?.({ account: 'samples', contributors: [] });
  expect(await refusal(newBlob().create())).toEqual([403, 'AuthorizationPermissionMismatch']);
  await storage.actions['PUT roles']?.({ account: 'samples', contributors: [CONTRIBUTOR.objectId] });
  await newBlob().create();
  expect(() => storage.actions['PUT roles']?.({ account: 'none', contributors: [] })).toThrow(TypeError);
});
