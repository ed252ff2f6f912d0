import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.ts';
import { findOverruns, type StartBudget } from './start-budget.ts';

const BUDGET: StartBudget = {
  bytes: 2_500_000,
  modules: 830,
  packages: [
    '@azure/keyvault',
    '@azure/monitor',
    '@azure/storage',
    '@google-cloud/',
    '@grpc/',
    '@opentelemetry/',
    'ajv/dist/core',
    'apache-arrow',
    'google-gax',
    'protobufjs',
    'undici/index.js',
    'yaml',
    'zod/v4/locales/de.js',
  ],
};

/** Builds the function app, and fails when its start exceeds the budget. */
const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
try {
  const overruns = findOverruns(await build(undefined, join(folder, 'main.mjs')), 'src/main.ts', BUDGET);
  for (const overrun of overruns) console.error(overrun);
  if (overruns.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
