import { ROLE_IDS } from '@vertex-ai-gateway/cloud-emulators/azure-rbac/built-in-roles';
import { assignEverywhere } from '@vertex-ai-gateway/cloud-emulators/azure-rbac/role-assignments';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { startAzureStorage } from '@vertex-ai-gateway/cloud-emulators/azure-storage/start-azure-storage';
import { startEntra } from '@vertex-ai-gateway/cloud-emulators/entra/start-entra';
import { createCertificateAuthority } from '@vertex-ai-gateway/cloud-emulators/loopback/certificate-authority';
import { startManagedIdentity } from '@vertex-ai-gateway/cloud-emulators/managed-identity/start-managed-identity';

import { createAzureAppendStore } from '../src/ledger/azure-append-store.ts';

const TENANT_ID = '11111111-1111-4111-8111-111111111111';
const CONTRIBUTOR = { name: 'contributor', clientId: 'c1', objectId: 'd1' };

/** An emulated storage account on this machine, which is reached with a managed identity. */
export async function startStorageAccount(containers: readonly string[]) {
  const trusted = getCACertificates('default');
  const authority = await createCertificateAuthority();
  setDefaultCACertificates([...trusted, authority.certificate]);
  const tenantId = TENANT_ID;
  const entra = await startEntra({
    port: 0,
    tenantId,
    applications: [],
    servicePrincipals: [CONTRIBUTOR],
  });
  const identity = await startManagedIdentity({
    port: 0,
    identities: [CONTRIBUTOR],
    issueToken: entra.issueIdentityToken,
  });
  const storage = await startAzureStorage({
    port: 0,
    tls: authority.server,
    certificateAuthority: authority.certificate,
    accounts: [
      {
        name: 'samples',
        containers,
        access: {
          tenantId,
          jwksUri: entra.jwksUri,
          resourceId: '/account',
          roleAssignments: assignEverywhere(ROLE_IDS.storageBlobDataContributor, CONTRIBUTOR.objectId),
        },
      },
    ],
  });
  Object.assign(process.env, identity.environmentOf('contributor'));
  const credential = new ManagedIdentityCredential();
  const service = new BlobServiceClient(storage.urlOf('samples'), credential, {
    retryOptions: { maxTries: 1 },
  });
  return {
    control: storage.control,
    appendStore: (name: string, timeoutInMs: number) =>
      createAzureAppendStore(`${storage.urlOf('samples')}/${name}`, credential, timeoutInMs),
    container: (name: string): ContainerClient => service.getContainerClient(name),
    close: async () => {
      setDefaultCACertificates(trusted);
      await Promise.all([storage.close(), identity.close(), entra.close()]);
    },
  };
}
