import { constants, createPublicKey, hash, publicEncrypt, randomBytes } from 'node:crypto';
import {
  askAzure,
  assignRole,
  type AzureAnswer,
  isFinding,
  lacksRight,
  objectIdOf,
  throttled,
} from '../ask-azure.ts';
import { broken, type Finding, notConfigured, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import type { Run } from '../run.ts';

const RESOURCE = 'https://vault.azure.net';
const API_VERSION = 'api-version=7.4';
/** The text that is signed. No entry of the ledger is this text, so that the signature proves nothing else. */
const SIGNED_TEXT =
  'The doctor of the gateway looks whether the audit key signs. This is no entry of a ledger.';

/** Examines whether the function app may read, sign and unwrap with the audit key. */
export const auditKeyLeg: Leg = {
  name: 'audit-key',
  needs: ['settings'],
  urls: ({ settings: { AUDIT_KEY_URL: url } }) => (url.startsWith('https:') ? [url] : []),
  async examine(run) {
    const keyUrl = run.dependencies.settings.AUDIT_KEY_URL;
    if (!keyUrl.startsWith('https:'))
      return notConfigured('The audit key is a file, as in development (AUDIT_KEY_URL).');
    const read = await askAzure(run, RESOURCE, { url: `${keyUrl}?${API_VERSION}` });
    if (isFinding(read)) return read;
    const problem = await judge(run, 'read', read);
    if (problem) return problem;
    const key = readKey(read.answer.text);
    if (!key)
      return broken('The audit key is no RSA key.', [
        'az keyvault key create --vault-name VAULT --name KEY --kty RSA --size 2048',
      ]);
    const uses = {
      sign: { alg: 'PS256', value: hash('sha256', SIGNED_TEXT, 'buffer').toString('base64url') },
      unwrapkey: { alg: 'RSA-OAEP-256', value: wrap(key).toString('base64url') },
    };
    for (const [use, body] of Object.entries(uses)) {
      const used = await askAzure(run, RESOURCE, {
        url: `${keyUrl}/${key.version}/${use}?${API_VERSION}`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const useProblem = await judge(run, use, used);
      if (useProblem) return useProblem;
    }
    return works('The function app may read the audit key, sign and unwrap with it.', {
      version: key.version,
    });
  },
};

interface RsaKey {
  readonly version: string;
  readonly n: string;
  readonly e: string;
}

function readKey(text: string): RsaKey | undefined {
  try {
    const { key } = JSON.parse(text) as { readonly key?: Partial<Record<'kid' | 'n' | 'e', unknown>> };
    const { kid, n, e } = key ?? {};
    const version = /\/([0-9a-f]{32})$/i.exec(typeof kid === 'string' ? kid : '')?.[1];
    return version !== undefined && typeof n === 'string' && typeof e === 'string'
      ? { version, n, e }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Wraps random bytes with the public half, as the ledger does. */
function wrap({ n, e }: RsaKey): Buffer {
  const key = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
  return publicEncrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    randomBytes(32),
  );
}

/**
 * Judges an answer of the vault; undefined when all is well.
 * Source: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
 */
async function judge(run: Run, use: string, outcome: AzureAnswer | Finding): Promise<Finding | undefined> {
  if (isFinding(outcome)) return outcome;
  const { answer, code, innerCode } = outcome;
  if (answer.status === 200) return undefined;
  if (outcome.isThrottled) return throttled('Key Vault', outcome);
  if (answer.status === 404)
    return broken(`The vault has no such key (${code}).`, [
      'az keyvault key list --vault-name VAULT --query "[].kid"',
      'Compare AUDIT_KEY_URL with the key. A deleted key can be recovered: az keyvault key recover --vault-name VAULT --name KEY',
    ]);
  if (innerCode === 'KeyDisabled')
    return broken('The audit key is disabled.', [
      'az keyvault key set-attributes --vault-name VAULT --name KEY --enabled true',
    ]);
  if (innerCode === 'ForbiddenByFirewall' || innerCode === 'ForbiddenByConnection')
    return broken(`The firewall of the vault refuses the function app (${innerCode}).`, [
      'az keyvault network-rule list --name VAULT',
      'In a private network the vault needs a private endpoint, and its name a private address (leg private-addresses).',
    ]);
  if (answer.status === 401 || answer.status === 403)
    return lacksRight(
      run,
      `The identity lacks the right to ${use === 'unwrapkey' ? 'unwrap' : use} with the audit key (${code}, ${innerCode}).`,
      [
        assignRole(await objectIdOf(run), 'Key Vault Crypto User', 'KEY_ID   # the key, or the vault'),
        'A new role assignment takes some minutes to be in force.',
      ],
    );
  return broken(`Key Vault answers ${answer.status} (${code}).`, [
    'https://learn.microsoft.com/azure/key-vault/general/rest-error-codes describes the codes.',
  ]);
}
