import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Chain, startChain } from '@vertex-ai-gateway/cloud-emulators/chain';
import type { Environment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { build } from './build.ts';
import { runCommand } from './run-command.ts';

const USAGE =
  'Usage: npm start -- [--port N] [--https] [--https-port N] [--functions-port N] [--instances N]   (port 0 picks a free one)';
const MAXIMUM_INSTANCES = 8;

const PARENT_CHECK_INTERVAL_IN_MS = 500;

interface Arguments {
  readonly port: number;
  /** Undefined for a gateway without TLS. */
  readonly tlsPort: number | undefined;
  readonly functionsPort: number;
  readonly instances: number;
  readonly environmentFile: string | undefined;
  readonly build: boolean;
  readonly journeys: boolean;
}

async function run(): Promise<string> {
  const chosen = readArguments();
  const running = new Running();
  process.on('SIGINT', () => running.stop(0));
  process.on('SIGTERM', () => running.stop(0));
  process.on('SIGHUP', () => running.stop(0));
  // The channel closes when the parent process that forked this one ends.
  process.on('disconnect', () => running.stop(0));
  if (process.env.npm_lifecycle_event === 'start') whenParentEnds(() => running.stop(0));

  if (chosen.build) await build();
  running.chain = await startChain({
    directory: join(import.meta.dirname, '..'),
    port: chosen.port,
    ...(chosen.tlsPort !== undefined && { tlsPort: chosen.tlsPort }),
    functionsPort: chosen.functionsPort,
    instances: chosen.instances,
    ...(!chosen.journeys && { journeys: 0 }),
    ...(chosen.environmentFile === undefined ? {} : { environmentFile: chosen.environmentFile }),
    onUnexpectedExit: (problem) => {
      // Ctrl-C also reaches the function app, which may exit first.
      if (running.isStopping) return;
      console.error(problem.message);
      running.stop(1);
    },
  });
  return describe(running.chain.environment);
}

/** Stops when npm is killed: npm cannot pass on a SIGKILL. */
function whenParentEnds(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_CHECK_INTERVAL_IN_MS).unref();
}

class Running {
  chain: Chain | undefined;
  isStopping = false;

  /** Stops the chain and exits. A chain that is still starting needs no stop: its only other process ends with this one. */
  stop(exitCode: number): void {
    if (this.isStopping) return;
    this.isStopping = true;
    void (this.chain?.stop() ?? Promise.resolve()).then(() => process.exit(exitCode));
  }
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      https: { type: 'boolean', default: false },
      'https-port': { type: 'string' },
      'functions-port': { type: 'string' },
      instances: { type: 'string', default: '1' },
      'environment-file': { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      'no-journeys': { type: 'boolean', default: false },
    },
  });
  const port = readPort('--port', values.port ?? '8080');
  // A gateway on a free port gets the others' ports free, too, so that several chains can run.
  const functionsPort = readPort('--functions-port', values['functions-port'] ?? (port === 0 ? '0' : '7071'));
  const tlsPort = readPort('--https-port', values['https-port'] ?? (port === 0 ? '0' : '8443'));
  return {
    port,
    tlsPort: values.https || values['https-port'] !== undefined ? tlsPort : undefined,
    functionsPort,
    instances: readInstances(values.instances),
    environmentFile: values['environment-file'],
    build: !values['no-build'],
    journeys: !values['no-journeys'],
  };
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${name} is a number from 0 to 65535.\n${USAGE}`);
}

function readInstances(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAXIMUM_INSTANCES) return count;
  throw new Error(`--instances is a number from 1 to ${MAXIMUM_INSTANCES}.\n${USAGE}`);
}

function describe(environment: Environment): string {
  const { gatewayUrl, gatewayTlsUrl, functionsUrl, applications } = environment;
  const callers = Object.entries(applications).map(
    ([name, { product, subscriptionKey }]) => `  ${name.padEnd(18)}${product.padEnd(12)}${subscriptionKey}`,
  );
  const locations = `${gatewayUrl}/vertex/v1/projects/sample-project/locations`;
  return [
    '',
    `Gateway        ${gatewayUrl}`,
    ...(gatewayTlsUrl === undefined ? [] : [`               ${gatewayTlsUrl}`]),
    `Function app   ${functionsUrl}`,
    `Tokens         ${environment.tokenUrl}`,
    'Controls',
    ...Object.entries(environment.controls).map(([name, url]) => `  ${name.padEnd(22)}${url}`),
    ...(gatewayTlsUrl === undefined ? [] : describeTrust(environment)),
    '',
    `  ${'caller'.padEnd(18)}${'product'.padEnd(12)}APIM subscription key`,
    ...callers,
    '',
    'A prediction of the custom endpoint:',
    curl(environment, 'scoring-app', `${locations}/us-central1/endpoints/1234567890:predict`, {
      instances: [[5.1, 3.5, 1.4, 0.2]],
    }),
    '',
    'A streamed answer of Gemini:',
    curl(
      environment,
      'assistants-app',
      `${locations}/us/publishers/google/models/gemini-3.5-flash:streamGenerateContent?alt=sse`,
      { contents: [{ role: 'user', parts: [{ text: 'Say something about irises.' }] }] },
    ),
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}

/**
 * Says how clients trust the gateway's certificate. Sources: https://nodejs.org/api/cli.html#node_extra_ca_certsfile,
 * https://www.python-httpx.org/environment_variables/#ssl_cert_file,
 * https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification,
 * https://learn.microsoft.com/dotnet/standard/security/cross-platform-cryptography#x509store
 */
function describeTrust({ certificateAuthorityFile: file }: Environment): string[] {
  return [
    '',
    'A client trusts the certificate by one of these:',
    `  Node.js               export NODE_EXTRA_CA_CERTS='${file}'`,
    `  Python                export SSL_CERT_FILE='${file}' REQUESTS_CA_BUNDLE='${file}'`,
    `  .NET on Linux         export SSL_CERT_FILE='${file}'`,
    `  curl                  --cacert '${file}'`,
  ];
}

function curl(environment: Environment, application: string, url: string, body: object): string {
  const key = environment.applications[application]?.subscriptionKey ?? '';
  return [
    `curl -N '${url}'`,
    `-H "Authorization: Bearer $(npm run --silent token -- ${application})"`,
    `-H 'Ocp-Apim-Subscription-Key: ${key}'`,
    `-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`,
  ].join(' ');
}

await runCommand(run, USAGE);
// Something may have been started before the failure, and would keep this process alive.
if (process.exitCode !== undefined) process.exit();
