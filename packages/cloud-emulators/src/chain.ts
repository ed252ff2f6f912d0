import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { answerJourneys } from '@vertex-ai-gateway/apim-emulator/answer-journeys';
import { AZURE_AI_HOST_NAMES } from './azure-ai-services/start-azure-ai-services.ts';
import type { CloudResources } from './cloud-resources.ts';
import { Control } from './control/control.ts';
import { type ControlAction, ControlAnswer, startControlServer } from './control/server.ts';
import { sampleApplications } from './entra/sample-applications.ts';
import {
  type Environment,
  ENVIRONMENT_FILE,
  removeEnvironment,
  writeEnvironment,
} from './environment-file.ts';
import { oktaApplications } from './okta/sample-applications.ts';
import { balanceConnections } from './functions-host/balance-connections.ts';
import { FunctionAppProcess } from './functions-host/function-app-process.ts';
import { serveAppControl } from './functions-host/serve-app-control.ts';
import { createCertificateAuthority } from './loopback/certificate-authority.ts';
import { fetchWithRetries } from './loopback/send-with-retries.ts';
import { SAMPLE_DEPLOYMENT } from './sample-deployment.ts';
import { settingsFor, startClouds } from './start-clouds.ts';
import { MODEL_ARMOR_HOST_NAMES } from './model-armor/sample-templates.ts';
import { HOST_NAMES } from './vertex-ai/sample-endpoints.ts';
import { startEdge } from './start-edge.ts';

/** The options of `startChain`. */
export interface ChainOptions {
  /**
   * The folder of the product: the function app with its build, the artifacts of API Management in `apim/`, and the
   * governance documents in `governance/`.
   */
  readonly directory: string;
  /** The resources that are deployed in the clouds; the sample when left out. */
  readonly resources?: CloudResources;
  /** Port of the gateway; 8080 by default, 0 picks a free one. */
  readonly port?: number;
  /** Port of the gateway for TLS, 0 picks a free one; without TLS when left out. */
  readonly tlsPort?: number;
  /** Port of the function app; 7071 by default, 0 picks a free one. */
  readonly functionsPort?: number;
  /**
   * Path of the environment file, which describes the running chain; `.local/environment.json` in `directory` by
   * default.
   */
  readonly environmentFile?: string;
  /** Settings of the function app, in addition to those that connect it to the emulators. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The number of processes that run the function app and take connections in turn; 1 by default. */
  readonly instances?: number;
  /** The number of requests whose way through the edge's policies is kept; 500 by default, 0 is faster. */
  readonly journeys?: number;
  /** Called when the function app ends by itself; the rest of the chain keeps running. */
  readonly onUnexpectedExit?: (problem: Error) => void;
}

/** The running chain: API Management, the function app and the emulated clouds. */
export interface Chain {
  readonly environment: Environment;
  readonly stop: () => Promise<void>;
}

const READY_TIMEOUT_IN_MS = 20_000;

/**
 * Starts the gateway with all services that it talks to, on loopback, and writes the environment file when it is ready.
 * The gateway and the function app have ports that the caller chooses; all other ports are free ones.
 * @throws PortTakenError when a port is in use.
 * @throws Error with what an emulator or the function app printed when it fails to start; nothing is left running then.
 */
export async function startChain(options: ChainOptions): Promise<Chain> {
  const { directory, resources = SAMPLE_DEPLOYMENT } = options;
  const environmentFile = resolve(options.environmentFile ?? join(directory, ENVIRONMENT_FILE));
  await using started = new AsyncDisposableStack();
  const stopLater = <T extends { close: () => Promise<void> }>(emulator: T): T =>
    started.adopt(emulator, ({ close }) => close());

  const authority = await createCertificateAuthority([
    ...HOST_NAMES,
    ...MODEL_ARMOR_HOST_NAMES,
    ...AZURE_AI_HOST_NAMES,
  ]);
  const scratchDirectory = dirname(environmentFile);
  // Each process has a file of its own, so that a second chain which fails to start does not overwrite this chain's.
  const certificateAuthorityFile = join(scratchDirectory, `certificate-authority.${process.pid}.pem`);
  mkdirSync(scratchDirectory, { recursive: true });
  writeFileSync(certificateAuthorityFile, authority.certificate);
  started.defer(() => rmSync(certificateAuthorityFile, { force: true }));
  const clouds = await startClouds(resources, authority, scratchDirectory, started);
  const functionAppSettings = settingsFor(resources, clouds, certificateAuthorityFile, scratchDirectory);

  const { instances, port: functionsPort } = await startFunctionApp(
    options,
    { ...functionAppSettings, ...options.settings },
    started,
  );
  const functionsUrl = `http://127.0.0.1:${functionsPort}`;

  const subscriptions = createSubscriptions();
  const edgeControl = new Control('api-management');
  const edge = stopLater(
    await startEdge({
      directory: resources.edge.directory ?? join(directory, 'apim'),
      port: options.port ?? 8080,
      tls: options.tlsPort === undefined ? undefined : { port: options.tlsPort, ...authority.server },
      functionsUrl,
      resources,
      clouds,
      control: edgeControl,
      journeys: options.journeys ?? 500,
      subscriptions,
    }),
  );

  const { entra, okta, identity, googleCloud, insights, storage, vault, aiServices, azureRbac } = clouds;
  const readJourneys: ControlAction = (_, target) => {
    const [requestId = ''] = target?.path ?? [];
    return new ControlAnswer(answerJourneys(edge.journeys, requestId, target?.query.get('format') ?? null));
  };
  const edgeControls = { control: edgeControl, actions: { 'GET journeys': readJourneys } };
  const controlled = [edgeControls, entra, okta, identity, insights, storage, vault, aiServices, azureRbac];
  const controls = stopLater(await startControlServer(controlled));
  const appControl = stopLater(await serveAppControl(instances));
  const environment: Environment = {
    gatewayUrl: `http://127.0.0.1:${edge.port}`,
    ...(edge.tlsPort !== undefined && { gatewayTlsUrl: `https://127.0.0.1:${edge.tlsPort}` }),
    functionsUrl,
    issuer: entra.issuer,
    tokenUrl: entra.tokenUrl,
    oktaIssuer: okta.issuer,
    scope: `${resources.registrations.gateway.clientId}/.default`,
    certificateAuthorityFile,
    functionAppSettings,
    applications: Object.fromEntries(
      callers(okta.tokenUrl).map(({ name, ...application }) => {
        const { product = '', key: subscriptionKey = '' } = subscriptions.get(name) ?? {};
        return [name, { ...application, subscriptionKey, product }];
      }),
    ),
    controls: {
      ...Object.fromEntries(
        controlled.map(({ control }) => [control.name, `http://127.0.0.1:${controls.port}/${control.name}`]),
      ),
      ...googleCloud.controls,
      'functions-host': `http://127.0.0.1:${appControl.port}/functions-host`,
    },
  };
  await untilHealthy(`${environment.gatewayUrl}/status-0123456789abcdef`);
  await untilHealthy(`${functionsUrl}/api/health`);
  await storage.ready;
  writeEnvironment(environmentFile, environment);
  started.defer(() => removeEnvironment(environmentFile, environment));
  const running = started.move();
  return { environment, stop: () => running.disposeAsync() };
}

/**
 * Starts the function app. A single instance listens itself; several have free ports behind a balancer on the app's
 * port.
 */
async function startFunctionApp(
  { directory, functionsPort = 7071, instances: count = 1, onUnexpectedExit = () => undefined }: ChainOptions,
  settings: Readonly<Record<string, string>>,
  started: AsyncDisposableStack,
): Promise<{ readonly instances: readonly FunctionAppProcess[]; readonly port: number }> {
  const instances = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const app = await FunctionAppProcess.start({
        directory,
        port: count === 1 ? functionsPort : 0,
        settings: { GOVERNANCE_DIRECTORY: join(directory, 'governance'), ...settings },
        schedules: index === 0,
        onUnexpectedExit,
      });
      return started.adopt(app, () => app.stop());
    }),
  );
  const [first] = instances;
  if (count === 1 && first) return { instances, port: first.port };
  const balancer = await balanceConnections(() => instances.map(({ port }) => port), functionsPort);
  started.defer(() => balancer.close());
  return { instances, port: balancer.port };
}

/** Lists the sample applications of both issuers; those of Okta have their own token endpoint. */
function callers(oktaTokenUrl: string): { name: string; id: string; objectId: string; tokenUrl?: string }[] {
  return [
    ...sampleApplications.map(({ name, clientId: id, objectId }) => ({ name, id, objectId })),
    ...oktaApplications.map(({ name, clientId: id }) => ({ name, id, objectId: id, tokenUrl: oktaTokenUrl })),
  ];
}

/** Makes one APIM subscription for each sample application, with a new key at every start. */
function createSubscriptions(): Map<string, { product: string; key: string }> {
  return new Map(
    [...sampleApplications, ...oktaApplications].map(({ name }) => [
      name,
      { product: name === 'sandbox-app' ? 'sandbox' : 'production', key: randomBytes(16).toString('hex') },
    ]),
  );
}

async function untilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_IN_MS;
  for (;;) {
    const response = await fetchWithRetries(url);
    const body = await response.text();
    if (response.status === 200) return;
    if (Date.now() > deadline) throw new Error(`${url} answers ${response.status}: ${body}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}
