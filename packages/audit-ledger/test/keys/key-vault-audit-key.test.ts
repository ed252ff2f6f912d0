import { ROLE_IDS } from '@vertex-ai-gateway/cloud-emulators/azure-rbac/built-in-roles';
import { assignEverywhere } from '@vertex-ai-gateway/cloud-emulators/azure-rbac/role-assignments';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ManagedIdentityCredential } from '@azure/identity';
import { type Entra, startEntra } from '@vertex-ai-gateway/cloud-emulators/entra/start-entra';
import { type KeyVault, startKeyVault } from '@vertex-ai-gateway/cloud-emulators/key-vault/start-key-vault';
import { createCertificateAuthority } from '@vertex-ai-gateway/cloud-emulators/loopback/certificate-authority';
import {
  type ManagedIdentity,
  startManagedIdentity,
} from '@vertex-ai-gateway/cloud-emulators/managed-identity/start-managed-identity';
import { openAuditKey } from '../../src/keys/audit-key.ts';
import { createAuditPublicKeys } from '../../src/keys/audit-public-keys.ts';
import { openTrustedKeys } from '../../src/keys/trusted-keys.ts';
import { signCheckpoint } from '../../src/ledger/sign-checkpoint.ts';
import { createSignatureCheck } from '../../src/keys/signature.ts';
import { rejectedBy } from '../thrown-by.ts';

const TENANT_ID = '11111111-1111-4111-8111-111111111111';
const USER = { name: 'user', clientId: 'c1', objectId: 'd1' };
const HASH = 'a'.repeat(64);
const TIMEOUT_IN_MS = 5_000;

let entra: Entra;
let identity: ManagedIdentity;
let vault: KeyVault;
let credential: ManagedIdentityCredential;
const trusted = getCACertificates('default');

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  setDefaultCACertificates([...trusted, authority.certificate]);
  entra = await startEntra({
    port: 0,
    tenantId: TENANT_ID,
    applications: [],
    servicePrincipals: [USER],
  });
  identity = await startManagedIdentity({
    port: 0,
    identities: [USER],
    issueToken: entra.issueIdentityToken,
  });
  vault = await startKeyVault({
    port: 0,
    tls: authority.server,
    keys: ['audit', 'other'],
    access: {
      tenantId: TENANT_ID,
      jwksUri: entra.jwksUri,
      resourceId: '/vault',
      roleAssignments: assignEverywhere(ROLE_IDS.keyVaultCryptoUser, USER.objectId),
    },
  });
  Object.assign(process.env, identity.environmentOf('user'));
  credential = new ManagedIdentityCredential();
});
afterEach(() => {
  vault.control.clear();
  vault.control.clearFaults();
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await Promise.all([vault.close(), identity.close(), entra.close()]);
});

function openKey(name = 'audit', timeoutInMs = TIMEOUT_IN_MS) {
  return openAuditKey(`${vault.vaultUrl}/keys/${name}`, credential, timeoutInMs);
}

test('signs a checkpoint by the version in use, as verification expects', async () => {
  const signature = await signCheckpoint(openKey(), 'writer', { sequence: 7, hash: HASH });
  const { keyId = '', value = '' } = signature ?? {};
  expect(keyId).toMatch(new RegExp(`^${vault.vaultUrl}/keys/audit/[0-9a-f]{32}$`));
  const publicKeys = createAuditPublicKeys(`${vault.vaultUrl}/keys/audit`, () => credential);
  expect(await createSignatureCheck(publicKeys)(keyId, `writer.7.${HASH}`, value)).toBe(true);
});

test('a verification believes the key of the vault, once it could be read', async () => {
  const options = { storageUrl: 'https://account.blob.core.windows.net', credential };
  const found = await openTrustedKeys({ ...options, keyUrl: `${vault.vaultUrl}/keys/audit` });
  expect(found.notChecked).toEqual([]);
  const { keyId = '' } = (await signCheckpoint(openKey(), 'writer', { sequence: 7, hash: HASH })) ?? {};
  expect(await found.publicKeys?.(keyId)).toMatchObject({ kty: 'RSA' });
  const none = await openTrustedKeys({ ...options, keyUrl: `${vault.vaultUrl}/keys/nothing` });
  expect(none.publicKeys).toBeUndefined();
  expect(none.notChecked).toEqual([expect.stringContaining('Its key service does not have it.') as string]);
});

test('the vault unwraps what was wrapped', async () => {
  const key = openKey();
  const wrapped = await key.wrap(Buffer.from('a data key'));
  expect(wrapped.keyId).toMatch(/\/keys\/audit\/[0-9a-f]{32}$/);
  expect(Buffer.from(await key.unwrap(wrapped)).toString()).toBe('a data key');
});

test('does not ask the vault for a key of another name', async () => {
  const wrapped = await openKey('other').wrap(Buffer.from('a data key'));
  vault.control.clear();
  expect(await rejectedBy(openKey().unwrap(wrapped))).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  expect(vault.control.requests()).toEqual([]);
});

test.each(['x', 'A'.repeat(32), '..', `${'a'.repeat(32)}?x`, '%00'])(
  'does not ask the vault for a version named %s, so that a forged signature stops no verification',
  async (version) => {
    const publicKeys = createAuditPublicKeys(`${vault.vaultUrl}/keys/audit`, () => credential);
    vault.control.inject({ path: '/keys/', status: 400, body: '', times: 9 });
    expect(await publicKeys(`${vault.vaultUrl}/keys/audit/${version}`)).toBeUndefined();
  },
);

test('versions that the vault does not have cost one list a minute, however many are asked for', async () => {
  const { keyId = '' } = (await signCheckpoint(openKey(), 'writer', { sequence: 7, hash: HASH })) ?? {};
  let time = 0;
  const publicKeys = createAuditPublicKeys(
    `${vault.vaultUrl}/keys/audit`,
    () => credential,
    () => time,
  );
  vault.control.clear();
  const askForForged = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const version = `${time}${index}`.padStart(32, '0');
      expect(await publicKeys(`${vault.vaultUrl}/keys/audit/${version}`)).toBeUndefined();
    }
  };
  await askForForged(20);
  // The first request of a client is answered with a challenge.
  expect(vault.control.requests().length).toBeLessThan(3);
  expect(await publicKeys(keyId)).toMatchObject({ kty: 'RSA' });
  time += 60_000;
  await askForForged(20);
  expect(vault.control.requests().length).toBeLessThan(8);
});

test('a vault whose versions can’t be listed is asked again', async () => {
  const { keyId = '' } = (await signCheckpoint(openKey(), 'writer', { sequence: 7, hash: HASH })) ?? {};
  const publicKeys = createAuditPublicKeys(`${vault.vaultUrl}/keys/audit`, () => credential);
  vault.control.inject({ path: '/versions', status: 403, times: 1 });
  expect(await rejectedBy(publicKeys(keyId))).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  expect(await publicKeys(keyId)).toMatchObject({ kty: 'RSA' });
});

test('a vault that refuses is told in plain words, without anything of its answer', async () => {
  vault.control.inject({ path: '/keys/', status: 403, body: 'secret-text', times: 9 });
  const error = await rejectedBy(openKey().wrap(Buffer.from('a data key')));
  expect(error.message).toContain('Key Vault Crypto User');
  expect(`${error.message} ${error.stack ?? ''} ${String(error.cause)}`).not.toContain('secret-text');
});

test('a vault that does not answer is not waited for', async () => {
  vault.control.inject({ path: '/keys/', hang: true, times: 9 });
  const error = await rejectedBy(openKey('audit', 50).wrap(Buffer.from('a data key')));
  expect(error).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
});

test('is there again when the vault is', async () => {
  const key = openKey();
  vault.control.inject({ path: '/sign', status: 403, times: 1 });
  expect(await signCheckpoint(key, 'writer', { sequence: 7, hash: HASH })).toBeUndefined();
  expect(await signCheckpoint(key, 'writer', { sequence: 7, hash: HASH })).toMatchObject({ sequence: 7 });
});
