import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ManagedIdentityCredential } from '@azure/identity';
import { CryptographyClient, KeyClient, type KeyVaultKey } from '@azure/keyvault-keys';
import { ROLE_IDS } from '../../src/azure-rbac/built-in-roles.ts';
import { assignEverywhere } from '../../src/azure-rbac/role-assignments.ts';
import { type Entra, startEntra } from '../../src/entra/start-entra.ts';
import { type KeyVault, startKeyVault } from '../../src/key-vault/start-key-vault.ts';
import { createCertificateAuthority } from '../../src/loopback/certificate-authority.ts';
import {
  type ManagedIdentity,
  startManagedIdentity,
} from '../../src/managed-identity/start-managed-identity.ts';

const TENANT_ID = '11111111-1111-4111-8111-111111111111';
const USER = { name: 'user', clientId: 'c1', objectId: 'd1' };
const STRANGER = { name: 'stranger', clientId: 'c2', objectId: 'd2' };
const MESSAGE = Buffer.from('an entry of the ledger');
const DIGEST = createHash('sha256').update(MESSAGE).digest();
/** The vault is on 127.0.0.1, so its name can't end with that of the resource in its challenge. */
const ON_LOOPBACK = { disableChallengeResourceVerification: true, retryOptions: { maxRetries: 0 } };

let entra: Entra;
let identity: ManagedIdentity;
let vault: KeyVault;
let token: string;
/** The authorities that the process trusts; other tests may share it. */
const trusted = getCACertificates('default');

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  setDefaultCACertificates([...trusted, authority.certificate]);
  entra = await startEntra({
    port: 0,
    tenantId: TENANT_ID,
    applications: [],
    servicePrincipals: [USER, STRANGER],
  });
  identity = await startManagedIdentity({
    port: 0,
    identities: [USER, STRANGER],
    issueToken: entra.issueIdentityToken,
  });
  vault = await startKeyVault({
    port: 0,
    tls: authority.server,
    keys: ['audit'],
    access: {
      tenantId: TENANT_ID,
      jwksUri: entra.jwksUri,
      resourceId: '/vault',
      roleAssignments: assignEverywhere(ROLE_IDS.keyVaultCryptoUser, USER.objectId),
    },
  });
  Object.assign(process.env, identity.environmentOf('user'));
  token = (await identity.requestToken('user', 'https://vault.azure.net')).accessToken;
});
afterEach(() => {
  vault.control.clear();
  vault.control.clearFaults();
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await Promise.all([vault.close(), identity.close(), entra.close()]);
});

function cryptographyClient(): CryptographyClient {
  return new CryptographyClient(`${vault.vaultUrl}/keys/audit`, new ManagedIdentityCredential(), ON_LOOPBACK);
}

function getKey(): Promise<KeyVaultKey> {
  return new KeyClient(vault.vaultUrl, new ManagedIdentityCredential(), ON_LOOPBACK).getKey('audit');
}

async function call(
  path: string,
  { authorization = `Bearer ${token}`, body }: { authorization?: string; body?: object } = {},
): Promise<{ status: number; code: string; message: string; challenge: string | null }> {
  const response = await fetch(`${vault.vaultUrl}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { error?: { code: string; message: string } };
  const { code = '', message = '' } = answer.error ?? {};
  return { status: response.status, code, message, challenge: response.headers.get('www-authenticate') };
}

test('gives the public part of a key', async () => {
  const { id, key, name, properties } = await getKey();
  expect(name).toBe('audit');
  expect(id).toBe(`${vault.vaultUrl}/keys/audit/${properties.version ?? ''}`);
  expect(key).toMatchObject({ kty: 'RSA', keyOps: ['sign', 'verify', 'wrapKey', 'unwrapKey'] });
  expect(key?.d).toBeUndefined();
  expect(key?.n).toHaveLength(256);
});

test.each([
  ['RS256', { padding: constants.RSA_PKCS1_PADDING }],
  ['PS256', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }],
])('signs a digest by %s', async (algorithm, padding) => {
  const { result, keyID } = await cryptographyClient().sign(algorithm, DIGEST);
  const { id, key } = await getKey();
  const publicKey = createPublicKey({
    key: {
      kty: 'RSA',
      n: Buffer.from(key?.n ?? []).toString('base64url'),
      e: Buffer.from(key?.e ?? []).toString('base64url'),
    },
    format: 'jwk',
  });
  expect(keyID).toBe(id);
  expect(verify('sha256', MESSAGE, { key: publicKey, ...padding }, result)).toBe(true);
  expect(verify('sha256', Buffer.from('another'), { key: publicKey, ...padding }, result)).toBe(false);
});

test('wraps and unwraps a key', async () => {
  const secret = Buffer.alloc(32, 7);
  const client = cryptographyClient();
  const { result } = await client.wrapKey('RSA-OAEP-256', secret);
  expect(Buffer.from((await client.unwrapKey('RSA-OAEP-256', result)).result)).toEqual(secret);
  const value = Buffer.from(result).toString('base64url');
  const path = '/keys/audit//unwrapkey?api-version=7.4';
  expect(await call(path, { body: { alg: 'RSA-OAEP-256', value } })).toMatchObject({ status: 200 });
  expect(await call(path, { body: { alg: 'RSA-OAEP-256', value: 'AAAA' } })).toMatchObject({
    status: 400,
    code: 'BadParameter',
  });
});

test('asks who is there before anything else', async () => {
  expect(await call('/keys/none?api-version=7.4', { authorization: '' })).toEqual({
    status: 401,
    code: 'Unauthorized',
    message: expect.any(String) as string,
    challenge: `Bearer authorization="https://login.microsoftonline.com/${TENANT_ID}", resource="https://vault.azure.net"`,
  });
});

test('refuses tokens for another service, of nobody and by another hand', async () => {
  const other = await identity.requestToken('user', 'https://storage.azure.com');
  const [header = '', payload = ''] = token.split('.');
  const forged = [`Bearer ${other.accessToken}`, `Bearer ${header}.${payload}.AAAA`, 'Basic AAAA'];
  for (const authorization of forged)
    expect(await call('/keys/audit?api-version=7.4', { authorization })).toMatchObject({ status: 401 });
});

test('refuses a principal without a role, and names it', async () => {
  const { accessToken } = await identity.requestToken('stranger', 'https://vault.azure.net');
  const body = { alg: 'RS256', value: DIGEST.toString('base64url') };
  const refusal = await call('/keys/audit//sign?api-version=7.4', {
    authorization: `Bearer ${accessToken}`,
    body,
  });
  expect(refusal).toMatchObject({ status: 403, code: 'Forbidden' });
  expect(refusal.message).toContain('oid=d2');
  expect(refusal.message).toContain('Microsoft.KeyVault/vaults/keys/sign/action');
});

test.each([
  ['/keys/none?api-version=7.4', 404, 'KeyNotFound'],
  ['/keys/audit/0123456789abcdef0123456789abcdef?api-version=7.4', 404, 'KeyNotFound'],
  ['/keys/audit', 400, 'BadParameter'],
  ['/keys/audit?api-version=1.0', 400, 'BadParameter'],
  ['/keys?api-version=7.4', 400, 'BadParameter'],
  ['/secrets/audit?api-version=7.4', 400, 'BadParameter'],
])('refuses to read %s', async (path, status, code) => {
  expect(await call(path)).toMatchObject({ status, code });
});

test.each([
  ['sign', { alg: 'RS512', value: DIGEST.toString('base64url') }],
  ['sign', { alg: 'RS256', value: 'AAAA' }],
  ['sign', { alg: 'RS256', value: 'not base64url!' }],
  ['sign', { alg: 'RS256', value: 1 }],
  ['sign', { value: 'AAAA' }],
  ['sign', { alg: 'RS256', value: DIGEST.toString('base64url'), other: 1 }],
  ['wrapkey', { alg: 'RSA1_5', value: 'AAAA' }],
  ['wrapkey', { alg: 'RSA-OAEP-256', value: Buffer.alloc(191).toString('base64url') }],
  ['encrypt', { alg: 'RSA-OAEP-256', value: 'AAAA' }],
])('refuses to %s %j', async (operation, body) => {
  expect(await call(`/keys/audit//${operation}?api-version=7.4`, { body })).toMatchObject({
    status: 400,
    code: 'BadParameter',
  });
});

test('fails as it is told', async () => {
  vault.control.inject({ path: '/sign', status: 503, body: { error: { code: 'ServiceUnavailable' } } });
  await expect(cryptographyClient().sign('RS256', DIGEST)).rejects.toMatchObject({ statusCode: 503 });
  await cryptographyClient().sign('RS256', DIGEST);
});

test('roles can be assigned anew', async () => {
  await vault.actions['PUT roles']?.({ cryptoUsers: [] });
  expect(await call('/keys/audit?api-version=7.6')).toMatchObject({ status: 403, code: 'Forbidden' });
  await vault.actions['PUT roles']?.({ cryptoUsers: [USER.objectId] });
  expect(await call('/keys/audit?api-version=7.6')).toMatchObject({ status: 200 });
});
