import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { build } from '../scripts/build.ts';
import { startChainProcess } from './chain-process.ts';
import { callOnce } from './measure-calls.ts';
import { type Measured, measureOperation, measureStreams } from './measure-operation.ts';
import { measureStart, type Started, stopStarted } from './measure-start.ts';
import { printTable } from './print-table.ts';
import { readEnvironmentOf } from './read-process.ts';
import { createEdge, createFunctionApp, forgetReceived, readStampedHeaders } from './targets.ts';

/**
 * Prints the cost of a call's record: the function app without any audit trail, with standard and with strict durability,
 * on the same emulators and Azurite, in one run. Latencies include the work of Azurite and the emulators, which share the
 * machine; the CPU time is the function app's own.
 */
const ROOT = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'durability-'));
const noAudit: Plugin = {
  name: 'no-audit',
  setup(bundler) {
    bundler.onResolve({ filter: /\/start-audit\.ts$/ }, () => ({
      path: join(import.meta.dirname, 'no-audit.ts'),
    }));
  },
};

const chain = await startChainProcess();
const started: Started[] = [];
try {
  const edge = await createEdge(chain.environment);
  await callOnce(edge, 'predict');
  await callOnce(edge, 'generateContent');
  await edge.pool.close();
  const stamped = await readStampedHeaders(chain.environment);
  const environment = readEnvironmentOf(chain.functionAppPid);
  const variants = [
    { name: 'no record', directory: await buildWithoutAudit(), governance: join(ROOT, 'governance') },
    { name: 'standard', directory: ROOT, governance: join(ROOT, 'governance') },
    { name: 'strict', directory: ROOT, governance: writeStrictRules() },
  ];
  const measured: Measured[] = [];
  for (const { name, directory, governance } of variants) {
    const one = await measureStart({
      script: join(ROOT, 'packages/cloud-emulators/src/functions-host/cli.ts'),
      arguments: ['--directory', directory, '--port', '0'],
      environment: { ...environment, GOVERNANCE_DIRECTORY: governance },
      targetAt: (port) => ({ ...createFunctionApp(`http://127.0.0.1:${port}`, stamped), name }),
    });
    started.push(one);
    measured.push({ target: one.target, pid: one.pid });
  }
  const names = variants.map(({ name }) => name);
  const forget = () => forgetReceived(chain.environment);
  console.log(`Node ${process.version}; × is the ratio to calls without any record in the same row.`);
  printTable('generateContent', names, await measureOperation(measured, 'generateContent', forget));
  printTable('streamGenerateContent, SSE', names, await measureStreams(measured, forget));
} finally {
  await Promise.all(started.map(stopStarted));
  await chain.stop();
  rmSync(scratch, { recursive: true });
}

/** Builds the application without its audit trail, in a folder of its own. */
async function buildWithoutAudit(): Promise<string> {
  const directory = join(scratch, 'app');
  mkdirSync(directory);
  for (const file of ['host.json', 'package.json']) cpSync(join(ROOT, file), join(directory, file));
  await build(join(ROOT, 'src/start.ts'), join(directory, 'dist/main.mjs'), [noAudit]);
  return directory;
}

/** Writes the sample's rules with strict grants, but for entries that the edge's cache serves. */
function writeStrictRules(): string {
  const directory = join(scratch, 'governance');
  cpSync(join(ROOT, 'governance'), directory, { recursive: true });
  const file = join(directory, 'access.yaml');
  const rules = readFileSync(file, 'utf8').replace(
    /( {2}- id: (scoring-iris|assistants-chat)\n)/g,
    '$1    durability: strict\n',
  );
  writeFileSync(file, rules);
  return directory;
}
