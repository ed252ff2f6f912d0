import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { Environment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { createCertificateAuthority } from '@vertex-ai-gateway/cloud-emulators/loopback/certificate-authority';
import { azureSignIn } from '../support/azure-sign-in.ts';
import { type RunningChain, startChain } from '../support/chain.ts';
import { NotedCalls } from '../support/noted-calls.ts';
import { type Exchange, type ProxyTls, RecordingProxy } from './recording-proxy.ts';
import { RefusingProxy } from './refusing-proxy.ts';
import { type Masked, writeTranscript } from './transcript.ts';

const PACKAGES = resolve(__dirname, 'node_modules');
const RUN_TIMEOUT_IN_MS = 90_000;
const MACHINE_PATH = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;

/** The environment of a run. */
export interface ClientRun {
  /** The client's own variables. Nothing of this process's environment is passed on but its `PATH`. */
  readonly env: Readonly<Record<string, string>>;
  /** Files in the working folder, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  /** Paths of files that the client writes, whose texts the output has. */
  readonly kept?: readonly string[];
}

/** The end of a run. */
export interface ClientOutput {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The texts of the files to keep; those that the client has not written are missing. */
  readonly written: Readonly<Record<string, string>>;
}

interface Machine {
  readonly gateway: RecordingProxy;
  readonly gatewayOverTls: RecordingProxy;
  readonly outside: RefusingProxy;
  /** PEM of the authority that the clients trust. */
  readonly authority: string;
  readonly certificate: ProxyTls['server'];
}

/**
 * A running chain, and a machine for clients that are programs: each run has a home of its own, empty but for what the
 * test puts there. The gateway's calls go through a proxy that remembers them. Every other way out leads to a proxy that
 * refuses.
 */
export class RealClients {
  readonly chain: RunningChain;
  /** PEM of the certificate of `gatewayTlsUrl` and its private key. */
  readonly certificate: ProxyTls['server'];
  readonly #gateway: RecordingProxy;
  readonly #gatewayOverTls: RecordingProxy;
  readonly #authority: string;
  readonly #outside: RefusingProxy;
  /** A folder for the program that stands for the Azure CLI. */
  readonly #azureCli = mkdtempSync(join(tmpdir(), 'azure-cli-'));
  readonly #calls: NotedCalls;
  #since: { readonly exchange: Exchange; readonly test: string | undefined }[] = [];

  static async start(): Promise<RealClients> {
    const chain = await startChain('--https');
    const { gatewayUrl, gatewayTlsUrl = '', certificateAuthorityFile } = chain.environment;
    const { certificate, server } = await createCertificateAuthority();
    const targetAuthority = readFileSync(certificateAuthorityFile, 'utf8');
    return new RealClients(chain, {
      gateway: await RecordingProxy.start(gatewayUrl),
      gatewayOverTls: await RecordingProxy.start(gatewayTlsUrl, { server, targetAuthority }),
      outside: await RefusingProxy.start(),
      authority: certificate,
      certificate: server,
    });
  }

  private constructor(
    chain: RunningChain,
    { gateway, gatewayOverTls, outside, authority, certificate }: Machine,
  ) {
    this.chain = chain;
    this.certificate = certificate;
    this.#gateway = gateway;
    this.#gatewayOverTls = gatewayOverTls;
    this.#outside = outside;
    this.#authority = authority;
    this.#calls = new NotedCalls(chain);
  }

  /** The gateway's address for clients, without a slash at its end. */
  get gatewayUrl(): string {
    return this.#gateway.url;
  }

  /** The gateway's address over TLS, with a certificate that clients on Node trust. */
  get gatewayTlsUrl(): string {
    return this.#gatewayOverTls.url;
  }

  /** The APIM subscription key of a sample application. */
  keyOf(application: string): string {
    return this.application(application).subscriptionKey;
  }

  /** A sample application. @throws Error for one that there is not. */
  application(name: string): Environment['applications'][string] {
    const application = this.chain.environment.applications[name];
    if (application === undefined) throw new Error(`There is no application "${name}".`);
    return application;
  }

  /**
   * Runs a program until it ends, 90 s at most. It reads nothing from standard input.
   * @param program its path, or its path below `node_modules`, such as `.bin/claude`.
   * @throws Error with its output when it takes longer.
   */
  async run(
    program: string,
    args: readonly string[],
    { env, files = {}, kept = [] }: ClientRun,
  ): Promise<ClientOutput> {
    const home = mkdtempSync(join(tmpdir(), 'client-'));
    const folder = join(home, 'work');
    mkdirSync(folder);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    try {
      const output = await execute(resolve(PACKAGES, program), args, folder, {
        ...this.#machine(home),
        ...env,
      });
      const found = kept.filter((path) => existsSync(join(folder, path)));
      const written = found.map((path) => [path, readFileSync(join(folder, path), 'utf8')]);
      return { ...output, written: Object.fromEntries(written) as Record<string, string> };
    } finally {
      rmSync(home, { recursive: true, force: true });
      await this.#collect();
    }
  }

  /** Returns variables by which a run is signed in to Azure: its Azure CLI gives this token. */
  signIn(token: string): Record<string, string> {
    return azureSignIn(this.#azureCli, token, MACHINE_PATH);
  }

  /** The calls of the runs of this test since the last time, in the order of arrival. */
  takeCalls(): Exchange[] {
    const { currentTestName } = expect.getState();
    const calls = this.#since.filter(({ test }) => test === currentTestName);
    this.#since = [];
    return calls.map(({ exchange }) => exchange);
  }

  /** The calls of the runs of this test since the last time, as text without what differs between runs. */
  takeTranscript(...masked: Masked[]): string {
    const exchanges = this.takeCalls();
    const { applications } = this.chain.environment;
    const keys = Object.values(applications).map((one) => ({ value: one.subscriptionKey, name: '<key>' }));
    const tokens = [{ value: /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, name: '<token>' }];
    return writeTranscript(exchanges, [...masked, ...keys, ...tokens]);
  }

  /** Notes the expected audit record of each call of this test, in the order of arrival. */
  expectRecords(...expected: AuditRecord[]): void {
    this.#calls.expectRecords(...expected);
  }

  /** Expects exactly one audit record for every call, as noted, and that no client wanted to leave this machine. */
  async expectAllOnRecord(): Promise<void> {
    expect(this.#outside.asked).toEqual([]);
    await this.#calls.expectAllOnRecord();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#gateway.stop(), this.#gatewayOverTls.stop(), this.#outside.stop()]);
    rmSync(this.#azureCli, { recursive: true });
    await this.chain.stop();
  }

  async #collect(): Promise<void> {
    const exchanges = await Promise.all([this.#gateway.take(), this.#gatewayOverTls.take()]);
    for (const exchange of exchanges.flat()) {
      // A browser's question whether it may call is no call.
      if (exchange.method !== 'OPTIONS') this.#calls.saw(exchange.requestId, exchange.status);
      this.#since.push({ exchange, test: expect.getState().currentTestName });
    }
  }

  #machine(home: string): Record<string, string> {
    const certificates = join(home, 'certificates.pem');
    writeFileSync(certificates, this.#authority);
    return {
      NODE_EXTRA_CA_CERTS: certificates,
      PATH: MACHINE_PATH,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_CACHE_HOME: join(home, '.cache'),
      XDG_DATA_HOME: join(home, '.local/share'),
      XDG_STATE_HOME: join(home, '.local/state'),
      TMPDIR: home,
      LANG: 'C.UTF-8',
      TERM: 'dumb',
      NO_COLOR: '1',
      // Programs differ in which of these they read, and in which case.
      ...Object.fromEntries(
        ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [
          [name, this.#outside.url],
          [name.toLowerCase(), this.#outside.url],
        ]),
      ),
      NO_PROXY: '127.0.0.1,localhost',
      no_proxy: '127.0.0.1,localhost',
    };
  }
}

async function execute(
  command: string,
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Omit<ClientOutput, 'written'>> {
  // A group of its own, so that what the client has started ends with it.
  const child = spawn(command, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => endGroup(child.pid), RUN_TIMEOUT_IN_MS);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  clearTimeout(timer);
  endGroup(child.pid);
  if (exitCode === null) throw new Error(`The client did not end.\n${stdout}\n${stderr}`);
  return { exitCode, stdout, stderr };
}

function endGroup(group: number | undefined): void {
  if (group === undefined) return;
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}
