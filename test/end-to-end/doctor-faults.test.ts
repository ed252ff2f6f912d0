import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import {
  functionAppIdentity,
  SAMPLE_TENANT_ID,
} from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { createCertificateAuthority } from '@vertex-ai-gateway/cloud-emulators/loopback/certificate-authority';
import {
  SERVICE_ACCOUNT,
  STORAGE_ACCOUNT,
  WITNESS_ACCOUNT,
} from '@vertex-ai-gateway/cloud-emulators/sample-resources';
import { DoctorReport, type LegName } from '../../src/doctor/report.ts';
import { type RunningChain, startChain } from '../support/chain.ts';
import { type DoctorChanges, doctorOfChain, fetchIdentityToken, governance } from './doctor-of-chain.ts';

let chain: RunningChain;
let proxy: { readonly server: Server; readonly url: string; readonly authority: string };

beforeAll(async () => {
  chain = await startChain('--no-journeys');
  proxy = await startProxy();
});

afterEach(async () => {
  await restore();
  await chain.clear();
});

afterAll(async () => {
  proxy.server.closeAllConnections();
  proxy.server.close();
  await chain.stop();
});

/** Passes requests on to the vault, as a proxy that opens connections does: with a certificate of its own. */
async function startProxy(): Promise<typeof proxy> {
  const authority = await createCertificateAuthority();
  const { AUDIT_KEY_URL: keyUrl = '' } = chain.environment.functionAppSettings;
  const ca = readFileSync(chain.environment.certificateAuthorityFile, 'utf8');
  const server = createServer(authority.server, (incoming, outgoing) => {
    const { method, headers, url: path = '/' } = incoming;
    const passedOn = request(new URL(path, keyUrl), { method, headers, ca }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passedOn);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { server, url: `https://127.0.0.1:${port}`, authority: authority.certificate };
}

const OBJECT_ID = functionAppIdentity.objectId;
const V1_ISSUER = `https://sts.windows.net/${SAMPLE_TENANT_ID}/`;

type Emulator = Parameters<RunningChain['control']>[0];

/** Changes an emulator. Nothing of the examination is changed then. */
async function control(
  emulator: Emulator,
  method: string,
  path: string,
  body: object,
): Promise<DoctorChanges> {
  await chain.control(emulator, method, path, body);
  return {};
}

function assign(emulator: Emulator, roles: object): Promise<DoctorChanges> {
  return control(emulator, 'PUT', 'roles', roles);
}

/** The address of the tenant's keys, for an issuer that is not on this machine. */
function configuration(): string {
  return `${chain.environment.issuer}/.well-known/openid-configuration`;
}

function provide(changes: object): Promise<DoctorChanges> {
  return control('google', 'PUT', 'pool-provider', changes);
}

async function restore(): Promise<void> {
  await provide({
    issuerUri: chain.environment.issuer,
    allowedAudiences: ['f0000003-0000-4000-8000-000000000003'],
    attributeCondition: `assertion.sub=='${OBJECT_ID}'`,
    openIdConfiguration: configuration(),
    state: 'ACTIVE',
    disabled: false,
  });
  await chain.control('vertex-ai', 'PUT', 'access', {});
  await assign('azure-storage', { account: STORAGE_ACCOUNT, contributors: [OBJECT_ID] });
  await assign('azure-storage', { account: WITNESS_ACCOUNT, contributors: [], creators: [OBJECT_ID] });
  await assign('key-vault', { cryptoUsers: [OBJECT_ID] });
  await assign('application-insights', { publishers: [OBJECT_ID], readers: [OBJECT_ID] });
}

/** Resolves names on this machine as real ones, and one of them not at all. */
function withoutName(missing: string): LookupFunction {
  return (hostname, options, callback) => {
    if (hostname === missing) {
      callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), '', 0);
      return;
    }
    if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
}

async function examine(changes: DoctorChanges = {}): Promise<DoctorReport> {
  const { documents } = governance;
  const entries = documents.catalog.entries.filter(({ name }) => ENTRIES.includes(name));
  const fewer = { ...documents, catalog: { ...documents.catalog, entries } };
  const doctor = doctorOfChain(chain, { documents: fewer, ...changes });
  const report = DoctorReport.parse(await doctor.examine(undefined));
  expect(JSON.stringify(report)).not.toMatch(/eyJ|ya29\.|Bearer |InstrumentationKey/);
  return report;
}

/** Entries of each kind. All of them are asked for in `doctor.test.ts`. */
const ENTRIES = ['gemini-3.5-flash', 'iris', 'iris-dedicated', 'claude-haiku-5-5'];

interface Fault {
  /** The leg that must be named, and no other. */
  readonly leg: LegName;
  /** The legs that must not be tried for it. */
  readonly leaves?: readonly LegName[];
  /** Text that a summary or a remedy must have. */
  readonly says: RegExp;
  /** Causes the fault, or gives what the examination has in place of the chain's. */
  readonly cause: () => Promise<DoctorChanges>;
}

const BEHIND_EXCHANGE = ['impersonation', 'vertex-api', 'vertex-access'] as const;
const AFTER_ISSUER = ['audience', 'attribute-condition', 'token-exchange', ...BEHIND_EXCHANGE] as const;
const STS_BEFORE_EXCHANGE = ['pool-provider', 'issuer', 'audience', 'attribute-condition'] as const;

const FAULTS: Readonly<Record<string, Fault>> = {
  'a provider that expects v1.0 tokens': {
    leg: 'issuer',
    leaves: AFTER_ISSUER,
    says: /expects tokens of version 1\.0.*requestedAccessTokenVersion=1/s,
    cause: () => provide({ issuerUri: V1_ISSUER, openIdConfiguration: configuration() }),
  },
  'a provider of another tenant': {
    leg: 'issuer',
    leaves: AFTER_ISSUER,
    says: /issuer of the managed identity’s token is not the one/,
    cause: () =>
      provide({
        issuerUri: 'https://login.microsoftonline.com/22222222-2222-4222-8222-222222222222/v2.0',
        openIdConfiguration: configuration(),
      }),
  },
  'a provider that allows another audience': {
    leg: 'audience',
    leaves: ['attribute-condition', 'token-exchange', ...BEHIND_EXCHANGE],
    says: /--allowed-audiences=AUDIENCE/,
    cause: () => provide({ allowedAudiences: ['another'] }),
  },
  'a condition on another identity': {
    leg: 'attribute-condition',
    leaves: ['token-exchange', ...BEHIND_EXCHANGE],
    says: /--attribute-condition="assertion\.sub=='SUB'"/,
    cause: () => provide({ attributeCondition: "assertion.sub=='another'" }),
  },
  'a deleted pool': {
    leg: 'pool-provider',
    leaves: ['issuer', ...AFTER_ISSUER],
    says: /providers undelete entra/,
    cause: () => provide({ state: 'DELETED' }),
  },
  'a disabled provider': {
    leg: 'pool-provider',
    leaves: ['issuer', ...AFTER_ISSUER],
    says: /--no-disabled/,
    cause: () => provide({ disabled: true }),
  },
  'the name of another provider': {
    leg: 'pool-provider',
    leaves: ['issuer', ...AFTER_ISSUER],
    says: /correct GOOGLE_POOL_PROVIDER_AUDIENCE/,
    cause: () =>
      Promise.resolve({
        environment: {
          GOOGLE_POOL_PROVIDER_AUDIENCE:
            '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure/providers/other',
        },
      }),
  },
  'the name of a provider that has no right form': {
    leg: 'settings',
    leaves: ['dns', 'identity-token', 'token-exchange', 'audit-storage'],
    says: /GOOGLE_POOL_PROVIDER_AUDIENCE must be/,
    cause: () =>
      Promise.resolve({ environment: { GOOGLE_POOL_PROVIDER_AUDIENCE: '//iam.googleapis.com/projects/x' } }),
  },
  'a token that Google takes for stale': {
    leg: 'token-exchange',
    leaves: BEHIND_EXCHANGE,
    says: /Compare the clocks/,
    cause: () =>
      fault('google', '/v1/token', 400, {
        error: 'invalid_grant',
        error_description: 'ID Token issued at 1764000000 is stale to sign-in.',
      }),
  },
  'STS that throttles': {
    leg: 'token-exchange',
    leaves: [...STS_BEFORE_EXCHANGE, ...BEHIND_EXCHANGE],
    says: /throttles the exchange \(429\)/,
    cause: () => fault('google', '/v1/token', 429, { error: 'temporarily_unavailable' }),
  },
  'an API of STS that is off': {
    leg: 'token-exchange',
    leaves: [...STS_BEFORE_EXCHANGE, ...BEHIND_EXCHANGE],
    says: /services enable sts\.googleapis\.com/,
    cause: () => fault('google', '/v1/token', 403, googleError('SERVICE_DISABLED')),
  },
  'STS that hangs up': {
    leg: 'token-exchange',
    leaves: [...STS_BEFORE_EXCHANGE, ...BEHIND_EXCHANGE],
    says: /did not answer the exchange/,
    cause: () => control('google', 'POST', 'faults', { path: '/v1/token', method: 'POST', reset: true }),
  },
  'a service account that may not be impersonated': {
    leg: 'impersonation',
    leaves: ['vertex-api', 'vertex-access'],
    says: /add-iam-policy-binding other@.*roles\/iam\.workloadIdentityUser/,
    cause: () =>
      Promise.resolve({
        environment: { GOOGLE_SERVICE_ACCOUNT: 'other@sample-project.iam.gserviceaccount.com' },
      }),
  },
  'an API for impersonation that is off': {
    leg: 'impersonation',
    leaves: ['vertex-api', 'vertex-access'],
    says: /services enable iamcredentials\.googleapis\.com --project=sample-project/,
    cause: async () => {
      await fault('google', ':generateAccessToken', 403, googleError('SERVICE_DISABLED'));
      return { environment: { GOOGLE_SERVICE_ACCOUNT: SERVICE_ACCOUNT } };
    },
  },
  'a project without the API': {
    leg: 'vertex-api',
    leaves: ['vertex-access'],
    says: /services enable aiplatform\.googleapis\.com --project=sample-project/,
    cause: () => control('vertex-ai', 'PUT', 'access', { disabledProjects: ['sample-project'] }),
  },
  'a binding that is missing': {
    leg: 'vertex-access',
    says: new RegExp(`add-iam-policy-binding sample-project .*subject/${OBJECT_ID}`),
    cause: () => control('vertex-ai', 'PUT', 'access', { members: [] }),
  },
  'a binding of the service account that is missing': {
    leg: 'vertex-access',
    says: /--member="serviceAccount:vertex-gateway@/,
    cause: async () => {
      await chain.control('vertex-ai', 'PUT', 'access', { members: [] });
      return { environment: { GOOGLE_SERVICE_ACCOUNT: SERVICE_ACCOUNT } };
    },
  },
  'a model that is in no project': {
    leg: 'vertex-access',
    says: /gemini-3\.5-flash in us.*Model Garden/s,
    cause: () => fault('vertex-ai', 'locations/us/publishers/google/models/gemini-3.5-flash:', 404, {}),
  },
  'a model that throttles': {
    leg: 'vertex-access',
    says: /throttled \(gemini-3\.5-flash in eu\)/,
    cause: () => fault('vertex-ai', 'locations/eu/publishers/google/models/gemini-3.5-flash:', 429, {}),
  },
  'a clock that is ten minutes off': {
    leg: 'clocks',
    says: /This machine’s clock is (10|9\.9|10\.1) minutes ahead/,
    cause: () => Promise.resolve({ now: () => Date.now() + 600_000 }),
  },
  'one service with a clock that is ten minutes off': {
    leg: 'clocks',
    says: /differ from this machine’s by (10|9\.9) minutes/,
    cause: () =>
      control('google', 'POST', 'faults', {
        method: 'GET',
        status: 404,
        headers: { date: new Date(Date.now() + 600_000).toUTCString() },
      }),
  },
  'a name that is not found': {
    leg: 'dns',
    leaves: ['audit-storage'],
    says: /vertexaudit\.blob\.core\.windows\.net \(ENOTFOUND\).*az network private-dns link vnet create/s,
    cause: () => {
      const host = 'vertexaudit.blob.core.windows.net';
      return Promise.resolve({
        environment: { AUDIT_STORAGE_URL: `https://${host}` },
        probe: { lookup: withoutName(host) },
      });
    },
  },
  'the name of STS that is not found': {
    leg: 'dns',
    leaves: ['pool-provider', 'token-exchange', 'vertex-access'],
    says: /sts\.googleapis\.com \(ENOTFOUND\)/,
    cause: () =>
      Promise.resolve({
        environment: { GOOGLE_STS_URL: 'https://sts.googleapis.com/v1/token' },
        probe: { lookup: withoutName('sts.googleapis.com') },
      }),
  },
  'a service that takes no connection': {
    leg: 'connections',
    leaves: ['audit-key'],
    says: /ECONNREFUSED/,
    cause: () => Promise.resolve({ environment: { AUDIT_KEY_URL: 'https://127.0.0.1:9/keys/audit' } }),
  },
  'a proxy that opens connections, whose authority nobody trusts': {
    leg: 'tls',
    leaves: ['audit-key'],
    says: /not trusted.*Take these hosts out of TLS inspection/s,
    cause: () => Promise.resolve({ environment: { AUDIT_KEY_URL: `${proxy.url}/keys/audit` } }),
  },
  'an identity that has no token': {
    leg: 'identity-token',
    leaves: ['pool-provider', ...AFTER_ISSUER],
    says: /gives no token for api:/,
    cause: () =>
      Promise.resolve({
        azureToken: (resource: string) =>
          resource.startsWith('api:')
            ? Promise.reject(new Error('AADSTS500011: nothing'))
            : tokenFor(resource),
      }),
  },
  'storage without the role': {
    leg: 'audit-storage',
    says: new RegExp(`assignee-object-id ${OBJECT_ID}.*Storage Blob Data Contributor`),
    cause: () => assign('azure-storage', { account: STORAGE_ACCOUNT, contributors: [] }),
  },
  'storage with a role that only reads': {
    leg: 'audit-storage',
    says: /lacks the right on the container audit-ledger \(AuthorizationPermissionMismatch\)/,
    cause: () =>
      assign('azure-storage', { account: STORAGE_ACCOUNT, contributors: [], creators: [OBJECT_ID] }),
  },
  'storage whose firewall refuses': {
    leg: 'audit-storage',
    says: /firewall.*AuthorizationFailure/,
    cause: () => fault('azure-storage', 'audit-state', 403, { code: 'AuthorizationFailure' }, 'GET'),
  },
  'storage that throttles': {
    leg: 'audit-storage',
    says: /Azure Storage throttles/,
    cause: () => fault('azure-storage', 'audit-content', 503, { code: 'ServerBusy' }, 'GET'),
  },
  'a container that is missing': {
    leg: 'audit-storage',
    says: /no container audit-subjects/,
    cause: () => fault('azure-storage', 'audit-subjects', 404, { code: 'ContainerNotFound' }, 'GET'),
  },
  'a witness without the role': {
    leg: 'audit-witness',
    says: /lacks the right on the container tree-heads/,
    cause: () => assign('azure-storage', { account: WITNESS_ACCOUNT, contributors: [] }),
  },
  'a vault without the role': {
    leg: 'audit-key',
    says: /Forbidden, ForbiddenByRbac.*Key Vault Crypto User/s,
    cause: () => assign('key-vault', { cryptoUsers: [] }),
  },
  'a vault that lets its key be read, and no more': {
    leg: 'audit-key',
    says: /lacks the right to unwrap/,
    cause: () =>
      fault('key-vault', '/unwrapkey', 403, {
        error: { code: 'Forbidden', innererror: { code: 'ForbiddenByRbac' } },
      }),
  },
  'a vault whose firewall refuses': {
    leg: 'audit-key',
    says: /firewall of the vault refuses/,
    cause: () =>
      fault('key-vault', '/keys/audit?', 403, {
        error: { code: 'Forbidden', innererror: { code: 'ForbiddenByFirewall' } },
      }),
  },
  'a vault that throttles': {
    leg: 'audit-key',
    says: /Key Vault throttles/,
    cause: () => fault('key-vault', '/keys/audit?', 429, { error: { code: 'Throttled' } }),
  },
  'another key than the vault has': {
    leg: 'audit-key',
    says: /no such key \(KeyNotFound\)/,
    cause: () =>
      Promise.resolve({
        environment: {
          AUDIT_KEY_URL: `${chain.environment.functionAppSettings.AUDIT_KEY_URL ?? ''}-other`,
        },
      }),
  },
  'ingestion without the role': {
    leg: 'audit-ingestion',
    says: /Monitoring Metrics Publisher/,
    cause: () => assign('application-insights', { publishers: [] }),
  },
  'ingestion that throttles': {
    leg: 'audit-ingestion',
    says: /ingestion of Application Insights throttles/,
    cause: () => insightsFault('/v2.1/track', 439),
  },
  'ingestion whose daily cap is reached': {
    leg: 'audit-ingestion',
    says: /daily cap/,
    cause: () => insightsFault('/v2.1/track', 402),
  },
  'queries without the role': {
    leg: 'audit-query',
    says: /Monitoring Reader/,
    cause: () => assign('application-insights', { readers: [] }),
  },
  'queries that throttle': {
    leg: 'audit-query',
    says: /query API of Application Insights throttles/,
    cause: () => fault('application-insights', '/query', 429, {}),
  },
  'keys of Entra ID that are not there': {
    leg: 'edge-keys',
    says: /Set API_MANAGEMENT_JWKS_URI to/,
    cause: () =>
      Promise.resolve({ environment: { API_MANAGEMENT_JWKS_URI: `${chain.environment.issuer}/none` } }),
  },
};

/** Injects a fault for the request of the examination itself; requests to see if a service answers have other paths. */
function fault(
  emulator: Emulator,
  path: string,
  status: number,
  body: object,
  method = emulator === 'azure-storage' || path === '/keys/audit?' ? 'GET' : 'POST',
): Promise<DoctorChanges> {
  return control(emulator, 'POST', 'faults', { path, method, status, body });
}

/** The function app ships to the same address, so that several requests get the fault. */
function insightsFault(path: string, status: number): Promise<DoctorChanges> {
  return control('application-insights', 'POST', 'faults', { path, status, times: 5, body: {} });
}

function googleError(reason: string): object {
  return {
    error: {
      code: 403,
      status: 'PERMISSION_DENIED',
      message: 'secret words',
      details: [{ reason, metadata: {} }],
    },
  };
}

function tokenFor(resource: string): Promise<string> {
  return fetchIdentityToken(chain.environment.functionAppSettings, resource);
}

test.each(Object.entries(FAULTS))('%s: the right leg is named, and none other', async (_, one) => {
  const report = await examine(await one.cause());
  expect(report.broken).toEqual([one.leg]);
  const leg = report.legs.find(({ leg: name }) => name === one.leg);
  expect(`${leg?.summary ?? ''}\n${leg?.remedies?.join('\n') ?? ''}`).toMatch(one.says);
  for (const name of one.leaves ?? []) {
    const left = report.legs.find(({ leg: other }) => other === name);
    expect([name, left?.status, left?.because]).toEqual([name, 'not-tried', one.leg]);
  }
  expect(JSON.stringify(report)).not.toContain('secret words');
});

test('a proxy whose authority is trusted is known by the issuer of its certificates', async () => {
  const authority = readFileSync(chain.environment.certificateAuthorityFile, 'utf8');
  const issuer = new X509Certificate(authority).subject.replace(/^CN=/, '');
  const report = await examine({
    environment: { AUDIT_KEY_URL: `${proxy.url}/keys/audit` },
    probe: { authorities: [...rootCertificates, authority, proxy.authority] },
    expectedIssuer: (host) => (host === '127.0.0.1' ? new RegExp(`^${issuer}$`) : undefined),
  });
  expect(report.broken).toEqual(['tls']);
  expect(report.legs.find(({ leg }) => leg === 'tls')?.summary).toMatch(
    /^Something between opens the connections to 127\.0\.0\.1 \(issued by Local emulators/,
  );
});

test('nothing is broken when nothing is, with a service account too', async () => {
  expect((await examine()).broken).toEqual([]);
  const { broken, legs } = await examine({ environment: { GOOGLE_SERVICE_ACCOUNT: SERVICE_ACCOUNT } });
  expect(broken).toEqual([]);
  expect(legs.find(({ leg }) => leg === 'impersonation')?.status).toBe('works');
});
