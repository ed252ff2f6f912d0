import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  gatewayApi,
  SAMPLE_TENANT_ID,
  sampleApplications,
} from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { startEntra } from '@vertex-ai-gateway/cloud-emulators/entra/start-entra';
import { PAUSE_IN_MS, startEdgeBackend } from './edge-backend.ts';
import { measureCalls, measureFirstChunks } from './measure-calls.ts';
import { measureStart, stopStarted } from './measure-start.ts';
import { printTable } from './print-table.ts';
import { readCpuTimeInMs } from './read-process.ts';
import { quantile } from './statistics.ts';
import { createBareProxy, createTarget } from './targets.ts';

/**
 * Prints the time that API Management's policies add to a warm request of the native API. A bare reverse proxy to the same
 * backend is the baseline; calls alternate between the two in one run. The CPU time of the process is printed as well:
 * other work on the machine changes it less. A run takes some seconds.
 */
const WARM_UP = 1_500;
const ROUNDS = 40;
const CALLS = 50;
const CONCURRENCIES = [1, 16];
const STREAMS = 30;

const key = randomBytes(16).toString('hex');
const backend = await startEdgeBackend();
const entra = await startEntra({
  port: 0,
  tenantId: SAMPLE_TENANT_ID,
  apis: [gatewayApi],
  applications: sampleApplications,
  servicePrincipals: [],
});
const caller = sampleApplications.find(({ name }) => name === 'assistants-app');
const answer = await fetch(entra.tokenUrl, {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: caller?.clientId ?? '',
    client_secret: 'none-is-checked',
    scope: `${gatewayApi.clientId}/.default`,
  }),
});
const { access_token: token } = (await answer.json()) as { access_token: string };
const headers = { authorization: `Bearer ${token}`, 'ocp-apim-subscription-key': key };

const proxy = await measureStart({
  script: join(import.meta.dirname, 'bare-proxy.ts'),
  arguments: [],
  environment: { VERTEX_ORIGIN: backend.url, VERTEX_HOST: new URL(backend.url).host, ACCESS_TOKEN: token },
  targetAt: createBareProxy,
});
const edge = await measureStart({
  script: join(import.meta.dirname, 'edge-process.ts'),
  arguments: [],
  environment: {
    BACKEND_URL: backend.url,
    ENTRA_AUTHORITY: new URL(entra.issuer).origin,
    TENANT_ID: SAMPLE_TENANT_ID,
    SUBSCRIPTION_KEY: key,
  },
  targetAt: (port) => createTarget('edge', `http://127.0.0.1:${port}`, '/vertex', () => headers),
});
try {
  const started = [proxy, edge];
  const targets = started.map(({ target }) => target);
  const names = targets.map(({ name }) => name);
  for (const target of targets) await measureCalls(target, 'generateContent', WARM_UP, 1);

  console.log(`Node ${process.version}; × is the ratio to the bare proxy in the same row.`);
  const added: number[] = [];
  for (const concurrency of CONCURRENCIES) {
    const figures = started.map(() => ({ durations: [] as number[], cpuTimeInMs: 0 }));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, { child, target }] of started.entries()) {
        const figure = figures[index];
        if (!figure) continue;
        const before = readCpuTimeInMs(child.pid ?? 0);
        figure.durations.push(...(await measureCalls(target, 'generateContent', CALLS, concurrency)));
        figure.cpuTimeInMs += readCpuTimeInMs(child.pid ?? 0) - before;
      }
    }
    const at = (part: number): number[] => figures.map(({ durations }) => quantile(durations, part));
    const cpuTimes = figures.map(({ cpuTimeInMs }) => cpuTimeInMs / (ROUNDS * CALLS));
    printTable(`generateContent, ${concurrency} at a time`, names, [
      { label: 'p50', unit: 'ms', figures: at(0.5) },
      { label: 'p95', unit: 'ms', figures: at(0.95) },
      { label: 'CPU time of the process, for each call', unit: 'ms', figures: cpuTimes },
    ]);
    added.push(difference(at(0.5)), difference(cpuTimes));
  }
  const firstChunks: number[] = [];
  for (const target of targets) firstChunks.push(quantile(await measureFirstChunks(target, STREAMS), 0.5));

  printTable(`a stream of chunks every ${PAUSE_IN_MS} ms`, names, [
    { label: 'first chunk, p50', unit: 'ms', figures: firstChunks },
  ]);
  const [time = NaN, cpuTime = NaN] = added;
  console.log(
    `\nThe policy chain adds ${time.toFixed(3)} ms to a warm request (p50), and ${cpuTime.toFixed(3)} ms of CPU time.`,
  );
} finally {
  await Promise.all([stopStarted(proxy), stopStarted(edge)]);
  await entra.close();
  backend.close();
}

/** The edge's time beyond the bare proxy's. */
function difference([base = NaN, whole = NaN]: readonly number[]): number {
  return whole - base;
}
