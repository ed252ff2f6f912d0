import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { BLOB_CREATOR, ROLE_IDS } from '../azure-rbac/built-in-roles.ts';
import type { RoleAssignment } from '../azure-rbac/role-assignments.ts';
import { Control, createControlledListener, type Fault } from '../control/control.ts';
import type { ControlAction } from '../control/server.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { AzuriteProcess } from './azurite-process.ts';
import { createStorageTokenCheck, type StorageAccess } from './check-storage-token.ts';
import { createContainer } from './create-container.ts';
import { forward } from './forward.ts';
import { type StorageError, writeStorageError } from './storage-error.ts';

/** A storage account. */
interface StorageAccount {
  /** 3 to 24 lower-case letters and digits. */
  readonly name: string;
  /** The containers that exist from the start. */
  readonly containers: readonly string[];
  readonly access: StorageAccess;
}

/** The options of `startAzureStorage`. */
export interface AzureStorageOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  /** PEM of the servers' certificate and private key; Azurite's server uses them too. */
  readonly tls: { readonly cert: string; readonly key: string };
  /** PEM of the authority that signed the certificate. */
  readonly certificateAuthority: string;
  /** The accounts. Rights on one are none on another. */
  readonly accounts: readonly StorageAccount[];
  /**
   * The folder that holds the certificate and the key while Azurite starts; the system's temporary folder when left
   * out.
   */
  readonly scratchDirectory?: string;
  /** The clock that tokens are checked with, in milliseconds since the epoch; Azurite has its own clock. */
  readonly now?: () => number;
}

/** A running emulator of Azure Storage. */
export interface AzureStorage extends Listening {
  readonly control: Control;
  /** The control action `PUT roles` { account, contributors, creators? } assigns an account's roles anew. */
  readonly actions: Readonly<Record<string, ControlAction>>;
  /**
   * Gives the address of an account, `https://127.0.0.1:PORT/ACCOUNT`, in place of
   * `https://ACCOUNT.blob.core.windows.net`.
   */
  readonly urlOf: (account: string) => string;
  /** Resolves when Azurite runs and the containers exist. Requests that come earlier wait for it. */
  readonly ready: Promise<void>;
}

/** Object ids of the principals that may read and write an account's blobs, and of those that may read and create them. */
interface AssignedRoles {
  readonly account?: string;
  readonly contributors?: readonly string[];
  readonly creators?: readonly string[];
}

const RECORDED_BODY_BYTES = 64 * 1024;

/**
 * Starts the blob service of storage accounts on 127.0.0.1: Azurite, behind a server that checks tokens, records the
 * requests and injects faults. The server listens at once, while Azurite still starts.
 */
export async function startAzureStorage(options: AzureStorageOptions): Promise<AzureStorage> {
  const { tls, certificateAuthority: ca, accounts, now = Date.now } = options;
  const { scratchDirectory = tmpdir() } = options;
  const control = new Control('azure-storage', now);
  const keys = new Map(accounts.map(({ name }) => [name, randomBytes(64).toString('base64')]));
  const azurite = new AzuriteProcess({ accounts: keys, tls, scratchDirectory });
  const agent = new Agent({ keepAlive: true, ca });
  const destination = azurite.port.then(async (port) => {
    for (const { name: account, containers } of accounts) {
      const address = { port, account, accountKey: keys.get(account) ?? '', agent };
      for (const name of containers) await createContainer(address, name);
    }
    return { port, agent };
  });
  const ready = destination.then(() => undefined);
  // A caller that closes the service before it is ready need not handle the rejection.
  ready.catch(() => undefined);
  const checks = new Map(accounts.map(({ name, access }) => [name, createStorageTokenCheck(access, now)]));

  const server = createServer(
    tls,
    createControlledListener(
      control,
      async (request, body, response) => {
        const account = request.url?.split(/[/?]/)[1] ?? '';
        const refusal = await (checks.get(account) ?? refuse)(request);
        if (!refusal) return forward(request, body, response, await destination);
        const { status, headers, body: text } = writeStorageError(refusal);
        response.writeHead(status, headers).end(text);
      },
      { keep, answerOf },
    ),
  );
  const listening = await listen(server, options.port);
  return {
    port: listening.port,
    close: async () => {
      await Promise.all([listening.close(), azurite.stop()]);
      agent.destroy();
    },
    control,
    actions: {
      'PUT roles': (body) => {
        const { account = '', contributors = [], creators = [] } = body as AssignedRoles;
        const access = accounts.find(({ name }) => name === account)?.access;
        if (!access) throw new TypeError(`There is no account "${account}".`);
        const assign = (role: RoleAssignment['role'], principalIds: readonly string[]) =>
          principalIds.map((principalId) => ({ principalId, role, scope: access.resourceId }));
        access.roleAssignments.reassign(access.resourceId, [
          ...assign(ROLE_IDS.storageBlobDataContributor, contributors),
          ...assign(BLOB_CREATOR, creators),
        ]);
        return body;
      },
    },
    urlOf: (account) => `https://127.0.0.1:${listening.port}/${account}`,
    ready,
  };
}

/**
 * Refuses a request for an account that there is none of. In Azure the name of its host leads nowhere.
 * Source: https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
 */
function refuse(): Promise<StorageError> {
  return Promise.resolve({
    status: 404,
    code: 'ResourceNotFound',
    message: 'The specified resource does not exist.',
  });
}

/** Removes tokens and large blobs from a recorded request. */
function keep(headers: IncomingHttpHeaders, body: Buffer): { headers: IncomingHttpHeaders; body: Buffer } {
  const kept = { ...headers };
  delete kept.authorization;
  return { headers: kept, body: body.length > RECORDED_BODY_BYTES ? Buffer.alloc(0) : body };
}

/** Gives a fault's answer in the service's form when its body is `{ code, message? }`. */
function answerOf(fault: Fault): Fault {
  const { status, body } = fault;
  if (status === undefined || typeof body !== 'object' || body === null || !('code' in body)) return fault;
  const message = 'message' in body ? String(body.message) : 'A fault that was injected.';
  const error = {
    status,
    code: String(body.code),
    message,
    ...(fault.headers && { headers: fault.headers }),
  };
  return { ...fault, ...writeStorageError(error) };
}
