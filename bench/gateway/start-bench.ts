import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCertificateAuthority } from '@vertex-ai-gateway/cloud-emulators/loopback/certificate-authority';
import { type ChainProcess, startChainProcess } from '../chain-process.ts';
import { callOnce } from '../measure-calls.ts';
import { listTree } from '../read-process.ts';
import { createEdge, headersOf, readHeadersStamped } from '../targets.ts';
import {
  buildHostAlone,
  buildWithRules,
  buildRevision,
  buildScripts,
  buildWithoutRecord,
  type Scripts,
} from './build-processes.ts';
import { callTarget, createTarget, type GatewayTarget, hostedWith, stampedWith } from './gateway-target.ts';
import {
  keepOffMeasuredCore,
  type ProcessOptions,
  type ServingProcess,
  startProcess,
  stopProcess,
} from './measured-process.ts';

/** A server that is measured, which can be started any number of times. */
export interface Startable {
  readonly name: string;
  /** Starts the server. It has answered no call yet. @param environment more of its environment. */
  start(
    environment?: Readonly<Record<string, string>>,
  ): Promise<{ readonly process: ServingProcess; readonly target: GatewayTarget }>;
}

/** All that calls are measured with. */
export interface Bench {
  /** The upstream itself, without anything before it. */
  readonly upstream: GatewayTarget;
  /** Makes the upstream's streams stop behind their first event, or go on. */
  readonly holdStreams: (hold: boolean) => void;
  readonly startables: readonly Startable[];
  /** The edge with the function app behind it, which runs already. */
  readonly chain: GatewayTarget;
  close(): Promise<void>;
}

export interface BenchOptions {
  /** A revision whose build is measured beside this one. */
  readonly against: string | undefined;
  /** Options of Node for the apps at the library's own server. */
  readonly nodeOptions: readonly string[];
}

const ROOT = join(import.meta.dirname, '../..');
const VERTEX_HOST = 'us-central1-aiplatform.googleapis.com';
/** The hosts of the locations that are called. */
const VERTEX_HOSTS = [VERTEX_HOST, 'aiplatform.us.rep.googleapis.com'];
const LOCAL_HOST = join(ROOT, 'packages/cloud-emulators/src/functions-host/cli.mjs');

/** Starts the clouds and the upstream, and builds what is measured. The gateway itself must be built. */
export async function startBench({ against, nodeOptions }: BenchOptions): Promise<Bench> {
  await using started = new AsyncDisposableStack();
  mkdirSync(join(ROOT, '.local'), { recursive: true });
  const scratch = mkdtempSync(join(ROOT, '.local/bench-'));
  started.defer(() => rmSync(scratch, { recursive: true, force: true }));
  const scripts = await buildScripts(join(scratch, 'scripts'));
  const chain = started.adopt(await startChainProcess(), (one) => one.stop());
  const certificates = await writeCertificates(scratch, chain);
  const vertex = started.adopt(
    await startProcess({
      script: scripts.upstreamProcess,
      environment: { CERTIFICATE_FILE: certificates.certificateFile, KEY_FILE: certificates.keyFile },
      isMeasured: false,
    }),
    stopProcess,
  );
  const stamped = await readStamped(chain);
  const settings = {
    ...chain.environment.functionAppSettings,
    NODE_EXTRA_CA_CERTS: certificates.authoritiesFile,
    VERTEX_ENDPOINT: `127.0.0.1:${vertex.port}`,
    AUDIT_WRITE_AHEAD_DIRECTORY: scratch,
  };
  const upstream = createTarget(
    { name: 'upstream', pid: undefined, prefix: '', headers: () => ({ host: VERTEX_HOST }) },
    `https://127.0.0.1:${vertex.port}`,
    { allowH2: false, connect: { servername: VERTEX_HOST, ca: readFileSync(certificates.authoritiesFile) } },
  );
  started.defer(() => upstream.pool.close());
  const apps = await buildApps(scratch, against, started);
  const startables = [
    describeProxy(scripts, vertex.port, certificates.authoritiesFile),
    ...apps.map((app) => describeApp(app, scripts, settings, stamped, nodeOptions)),
  ];
  const edge = await pointChain(chain, settings);
  started.defer(() => edge.pool.close());
  for (const pid of listTree(chain.pid)) keepOffMeasuredCore(pid);
  keepOffMeasuredCore(process.pid);
  const running = started.move();
  const holdStreams = (hold: boolean): void => void vertex.child.send({ hold });
  return { upstream, holdStreams, startables, chain: edge, close: () => running.disposeAsync() };
}

interface App {
  readonly name: string;
  readonly folder: string;
  readonly governance: string;
  /** True for an app behind the local host. */
  readonly isHosted?: boolean;
}

/** Builds the apps that are measured: all that differ in their records, or this build and another revision's. */
async function buildApps(
  scratch: string,
  against: string | undefined,
  started: AsyncDisposableStack,
): Promise<App[]> {
  const governance = join(ROOT, 'governance');
  const strict = writeStrictRules(governance, join(scratch, 'strict'));
  const standard = { name: 'standard', folder: ROOT, governance };
  if (against === undefined)
    return [
      { name: 'host alone', folder: await buildHostAlone(join(scratch, 'host-alone')), governance },
      { name: 'no record', folder: await buildWithoutRecord(join(scratch, 'no-record')), governance },
      standard,
      {
        name: 'strict',
        folder: await buildWithRules(join(scratch, 'strict-app'), strict),
        governance: strict,
      },
      { name: 'standard, through the local host', folder: ROOT, governance, isHosted: true },
    ];
  const { folder, remove } = buildRevision(against, join(scratch, 'revision'));
  started.defer(remove);
  const before = join(folder, 'governance');
  return [
    { name: `standard of ${against}`, folder, governance: before },
    {
      name: `strict of ${against}`,
      folder,
      governance: writeStrictRules(before, join(scratch, 'strict-before')),
    },
    standard,
    // Neither of the two builds has the strict documents compiled.
    { name: 'strict', folder: ROOT, governance: strict },
  ];
}

function describeProxy({ bareProxy }: Scripts, port: number, authoritiesFile: string): Startable {
  const environment = {
    NODE_EXTRA_CA_CERTS: authoritiesFile,
    VERTEX_ORIGIN: `https://127.0.0.1:${port}`,
    VERTEX_HOST,
    ACCESS_TOKEN: 'none-is-checked',
  };
  return describe('bare proxy', { script: bareProxy, environment, isMeasured: true }, '', () => ({}));
}

function describeApp(
  { name, folder, governance, isHosted = false }: App,
  { appProcess }: Scripts,
  settings: Readonly<Record<string, string>>,
  stamped: Readonly<Record<string, string>>,
  nodeOptions: readonly string[],
): Startable {
  const script = isHosted ? LOCAL_HOST : appProcess;
  const parameters = isHosted ? ['--directory', folder, '--port', '0'] : [folder];
  const environment = { ...settings, GOVERNANCE_DIRECTORY: governance };
  const headers = stampedWith(stamped);
  const options = {
    script,
    parameters,
    environment,
    nodeOptions: isHosted ? [] : nodeOptions,
    isMeasured: true,
  };
  return describe(name, options, '/vertex', isHosted ? headers : hostedWith(headers));
}

function describe(
  name: string,
  options: ProcessOptions,
  prefix: string,
  headers: () => Record<string, string>,
): Startable {
  return {
    name,
    async start(environment = {}) {
      const process = await startProcess({
        ...options,
        environment: { ...options.environment, ...environment },
      });
      const target = createTarget(
        { name, pid: process.pid, prefix, headers },
        `http://127.0.0.1:${process.port}`,
      );
      return { process, target };
    },
  };
}

/** Makes a call through the edge, and reads the headers with which the edge passed it on. */
async function readStamped({ environment }: ChainProcess): Promise<Record<string, string>> {
  const edge = await createEdge(environment);
  await callOnce(edge, 'generateContent');
  await edge.pool.close();
  return readHeadersStamped(environment, ':generateContent');
}

/** Makes the chain's function app call the upstream. @returns the chain as a target. */
async function pointChain(
  { environment }: ChainProcess,
  settings: Readonly<Record<string, string>>,
): Promise<GatewayTarget> {
  const control = environment.controls['functions-host'] ?? '';
  const { VERTEX_ENDPOINT, NODE_EXTRA_CA_CERTS } = settings;
  const restarted = await fetch(`${control}/restart`, {
    method: 'POST',
    body: JSON.stringify({ settings: { VERTEX_ENDPOINT, NODE_EXTRA_CA_CERTS } }),
  });
  if (!restarted.ok) throw new Error(`The chain's function app does not start: ${await restarted.text()}`);
  const [instance] = (await (await fetch(`${control}/instances`)).json()) as { processId: number }[];
  const headers = await headersOf(environment, 'assistants-app');
  const edge = createTarget(
    { name: 'whole chain', pid: instance?.processId, prefix: '/vertex', headers: () => headers },
    environment.gatewayUrl,
  );
  await callTarget(edge, 'generateContent', '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}');
  return edge;
}

/** Writes the upstream's certificate and its key, and a file of both authorities that sign for it and for the clouds. */
async function writeCertificates(
  scratch: string,
  { environment }: ChainProcess,
): Promise<{ certificateFile: string; keyFile: string; authoritiesFile: string }> {
  const authority = await createCertificateAuthority(VERTEX_HOSTS);
  const write = (name: string, text: string): string => {
    const file = join(scratch, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const clouds = readFileSync(environment.certificateAuthorityFile, 'utf8');
  return {
    certificateFile: write('upstream.pem', authority.server.cert),
    keyFile: write('upstream.key', authority.server.key),
    authoritiesFile: write('authorities.pem', `${clouds.trimEnd()}\n${authority.certificate}\n`),
  };
}

/** Writes governance documents with a strict grant in place of the sample's. @returns the folder. */
function writeStrictRules(governance: string, folder: string): string {
  cpSync(governance, folder, { recursive: true });
  const file = join(folder, 'access.yaml');
  const rules = readFileSync(file, 'utf8').replace(
    /( {2}- id: (scoring-iris|assistants-chat)\n)/g,
    '$1    durability: strict\n',
  );
  writeFileSync(file, rules);
  return folder;
}
