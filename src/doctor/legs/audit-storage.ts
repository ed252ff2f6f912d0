import {
  askAzure,
  assignRole,
  type AzureAnswer,
  isFinding,
  lacksRight,
  objectIdOf,
  throttled,
} from '../ask-azure.ts';
import { broken, type Finding, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import type { Run } from '../run.ts';

/** The resource of tokens for Azure Storage. */
const RESOURCE = 'https://storage.azure.com';
const HEADERS = { 'x-ms-version': '2025-01-05' };
const CONTAINERS = ['audit-ledger', 'audit-state', 'audit-subjects', 'audit-content'];
/** A blob of this name is never there: writing it has a condition that no blob fulfils. */
const NEVER_WRITTEN = 'doctor/never-written';

/**
 * Examines whether the function app may list and write the containers of the ledger. Nothing is written: a condition that
 * cannot be met is looked at after the right. Source:
 * https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
 */
export const auditStorageLeg: Leg = {
  name: 'audit-storage',
  needs: ['settings'],
  urls: ({ settings }) => [settings.AUDIT_STORAGE_URL],
  async examine(run) {
    const account = run.dependencies.settings.AUDIT_STORAGE_URL.replace(/\/$/, '');
    for (const container of CONTAINERS) {
      const url = `${account}/${container}`;
      const listed = await list(run, url);
      const problem = await judge(run, container, listed, [200]);
      if (problem) return problem;
      const written = await askAzure(run, RESOURCE, {
        url: `${url}/${NEVER_WRITTEN}`,
        method: 'PUT',
        headers: { ...HEADERS, 'x-ms-blob-type': 'BlockBlob', 'if-match': '"0x0"' },
        body: '',
      });
      const writeProblem = await judge(run, container, written, [412, 404, 409]);
      if (writeProblem) return writeProblem;
    }
    return works('The function app may read and write the containers of the ledger.', {
      containers: CONTAINERS,
    });
  },
};

/**
 * Examines whether the function app may read heads of the log at the witness and add new ones. Nothing is added: the name
 * of a head that is there is asked for.
 */
export const auditWitnessLeg: Leg = {
  name: 'audit-witness',
  needs: ['settings'],
  urls: ({ settings }) => (settings.AUDIT_WITNESS_URL === undefined ? [] : [settings.AUDIT_WITNESS_URL]),
  async examine(run) {
    const { AUDIT_WITNESS_URL: witness } = run.dependencies.settings;
    if (witness === undefined)
      return {
        status: 'not-configured',
        summary: 'No witness is configured (AUDIT_WITNESS_URL).',
      };
    const url = witness.replace(/\/$/, '');
    const container = new URL(url).pathname.split('/').at(-1) ?? '';
    const listed = await list(run, url);
    if (isFinding(listed)) return listed;
    const problem = await judge(run, container, listed, [200]);
    if (problem) return problem;
    const name = /<Name>([\w./-]{1,200})<\/Name>/.exec(listed.answer.text)?.[1];
    if (name === undefined)
      return works(
        'The function app may read at the witness. No head is there yet, so that adding is not tried.',
      );
    const added = await askAzure(run, RESOURCE, {
      url: `${url}/${name}`,
      method: 'PUT',
      headers: { ...HEADERS, 'x-ms-blob-type': 'BlockBlob', 'if-none-match': '*' },
      body: '',
    });
    return (
      (await judge(run, container, added, [409, 412])) ??
      works('The function app may read heads at the witness and add new ones.')
    );
  },
};

function list(run: Run, containerUrl: string): Promise<AzureAnswer | Finding> {
  return askAzure(run, RESOURCE, {
    url: `${containerUrl}?restype=container&comp=list&maxresults=1`,
    headers: HEADERS,
  });
}

/** Judges an answer by the statuses that show the right; undefined when all is well. */
async function judge(
  run: Run,
  container: string,
  outcome: AzureAnswer | Finding,
  expected: readonly number[],
): Promise<Finding | undefined> {
  if (isFinding(outcome)) return outcome;
  const { answer, code } = outcome;
  if (outcome.isThrottled) return throttled('Azure Storage', outcome);
  if (code === 'ContainerNotFound' || code === 'ResourceNotFound')
    return broken(
      `The storage account has no container ${container}, or there is no such account (${code}).`,
      [
        `az storage container-rm create --storage-account ACCOUNT --name ${container}`,
        'Compare AUDIT_STORAGE_URL and AUDIT_WITNESS_URL with the deployed accounts.',
      ],
    );
  if (expected.includes(answer.status)) return undefined;
  if (code === 'AuthorizationFailure')
    return broken(
      `The firewall of the storage account refuses the function app at ${container} (AuthorizationFailure).`,
      [
        'az storage account network-rule list --account-name ACCOUNT',
        'In a private network the account needs a private endpoint, and its name a private address (leg private-addresses).',
      ],
    );
  if (answer.status === 401 || answer.status === 403)
    return lacksRight(run, `The identity lacks the right on the container ${container} (${code}).`, [
      assignRole(
        await objectIdOf(run),
        'Storage Blob Data Contributor',
        `CONTAINER_ID   # the container ${container}; infra/azure/storage defines a narrower role that can't delete`,
      ),
      'A new role assignment takes some minutes to be in force.',
    ]);
  return broken(`Azure Storage answers ${answer.status} for the container ${container} (${code}).`, [
    'https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes describes the codes.',
  ]);
}
