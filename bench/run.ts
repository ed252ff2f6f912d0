import { join } from 'node:path';
import { type ChainProcess, startChainProcess } from './chain-process.ts';
import { callOnce } from './measure-calls.ts';
import { type Measured, measureOperation, measureStreams } from './measure-operation.ts';
import { measureStart, type Startable, type Started, stopStarted } from './measure-start.ts';
import { printTable, type Row } from './print-table.ts';
import { readEnvironmentOf, readMemoryInMb } from './read-process.ts';
import { median } from './statistics.ts';
import {
  createBareProxy,
  createEdge,
  createFunctionApp,
  findVertex,
  forgetReceived,
  readStampedHeaders,
} from './targets.ts';

/**
 * Prints the cost of the gateway: the function app alone and behind the edge, next to a bare reverse proxy to the same
 * emulator of Vertex AI, all in one run on one machine. Only the ratios hold on other machines. A run takes over a minute.
 * Latencies of the function app include the local Functions host before it; CPU time and memory are those of its worker.
 */
if (process.platform !== 'linux')
  throw new Error('CPU time and memory are read from /proc: this needs Linux.');

const STARTS = 5;
const ROOT = join(import.meta.dirname, '..');

const chain = await startChainProcess();
const started: Started[] = [];
try {
  const edge = await createEdge(chain.environment);
  await callOnce(edge, 'predict');
  await callOnce(edge, 'generateContent');
  const startables = await describeStartables(chain);
  const starts = await measureStarts(startables);

  const proxy = await measureStart(startables.proxy);
  started.push(proxy);
  // A function app of its own is measured, because the chain's keeps every request that it receives.
  const functionApp = await measureStart(startables.functionApp);
  started.push(functionApp);
  const measured: Measured[] = [
    { target: proxy.target, pid: proxy.pid },
    { target: functionApp.target, pid: functionApp.pid },
    { target: edge, pid: chain.functionAppPid },
  ];
  const names = measured.map(({ target }) => target.name);
  const forget = () => forgetReceived(chain.environment);
  const generate = await measureOperation(measured, 'generateContent', forget);
  const predict = await measureOperation(measured, 'predict', forget);
  const chunks = await measureStreams(measured, forget);
  const memory = started.map(({ pid }) => readMemoryInMb(pid));

  console.log(`Node ${process.version}; × is the ratio to the bare proxy in the same row.`);
  printTable('start', names.slice(0, 2), starts);
  printTable('generateContent, REST', names, generate);
  printTable('predict, gRPC behind the function app', names, predict);
  printTable('streamGenerateContent, SSE', names, chunks);
  printTable('after all calls', names.slice(0, 2), [{ label: 'memory (RSS)', unit: 'MB', figures: memory }]);
  await edge.pool.close();
} finally {
  await Promise.all(started.map(stopStarted));
  await chain.stop();
}

async function describeStartables({
  environment,
  functionAppPid,
}: ChainProcess): Promise<{ proxy: Startable; functionApp: Startable }> {
  const { address, host, accessToken } = await findVertex(environment);
  const stamped = await readStampedHeaders(environment);
  return {
    proxy: {
      script: join(import.meta.dirname, 'bare-proxy.ts'),
      arguments: [],
      environment: {
        NODE_EXTRA_CA_CERTS: environment.certificateAuthorityFile,
        VERTEX_ORIGIN: `https://${address}`,
        VERTEX_HOST: host,
        ACCESS_TOKEN: accessToken,
      },
      targetAt: createBareProxy,
    },
    functionApp: {
      script: join(ROOT, 'packages/cloud-emulators/src/functions-host/cli.ts'),
      arguments: ['--directory', ROOT, '--port', '0'],
      environment: readEnvironmentOf(functionAppPid),
      targetAt: (port) => createFunctionApp(`http://127.0.0.1:${port}`, stamped),
    },
  };
}

async function measureStarts(startables: { proxy: Startable; functionApp: Startable }): Promise<Row[]> {
  const started: { proxy: Started[]; functionApp: Started[] } = { proxy: [], functionApp: [] };
  for (let round = 0; round < STARTS; round += 1) {
    for (const name of ['proxy', 'functionApp'] as const) {
      const one = await measureStart(startables[name]);
      await stopStarted(one);
      started[name].push(one);
    }
  }
  const { proxy: proxies, functionApp: apps } = started;
  const figures = (read: (one: Started) => number) => [median(proxies.map(read)), median(apps.map(read))];
  return [
    { label: 'spawn → first answer', unit: 'ms', figures: figures((one) => one.firstAnswerInMs) },
    { label: 'memory after it (RSS)', unit: 'MB', figures: figures((one) => one.memoryInMb) },
  ];
}
