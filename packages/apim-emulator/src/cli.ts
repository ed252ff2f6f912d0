import { randomBytes } from 'node:crypto';
import { checkService } from './check-service.ts';
import type { TraceTelemetry } from './engine/gateway-services.ts';
import { CommandError, readCommand, USAGE } from './read-command.ts';
import type { Command } from './read-command.ts';
import { requestManagedIdentityToken } from './request-managed-identity-token.ts';
import { serveJourneys } from './serve-journeys.ts';
import { raise } from './documents/refuse.ts';
import { readService } from './service/read-service.ts';
import type { Subscription } from './service/subscription-keys.ts';
import { startApiManagement } from './start-api-management.ts';

type Serve = Extract<Command, { name: 'serve' }>;
type Check = Extract<Command, { name: 'check' }>;

async function run(): Promise<void> {
  const command = readCommand(process.argv.slice(2));
  if (command.name === 'help') console.log(USAGE);
  else if (command.name === 'check') await check(command);
  else await serve(command);
}

async function check(command: Check): Promise<void> {
  const refusals = await checkService(command);
  for (const refusal of refusals) console.error(refusal);
  if (refusals.length > 0) process.exitCode = 1;
  else console.log(`${command.directory}: nothing is refused.`);
}

async function serve(command: Serve): Promise<void> {
  const { directory, port, controlPort, namedValues, tier, journeys, entraAuthority } = command;
  const subscriptions = command.subscriptions.length > 0 ? command.subscriptions : newKeys(directory);
  const gateway = await startApiManagement({
    directory,
    port,
    namedValues,
    tier,
    subscriptions,
    journeys,
    entraAuthority,
    managedIdentityToken: requestManagedIdentityToken(process.env),
    emitTrace: printTrace,
  });
  const control = await serveJourneys(gateway.journeys, controlPort).catch(async (error: unknown) => {
    await gateway.close();
    throw error;
  });
  console.log(`Gateway   http://127.0.0.1:${gateway.port}`);
  console.log(`Journeys  http://127.0.0.1:${control.port}/journeys`);
  for (const { product, primaryKey } of subscriptions) console.log(`Key       ${primaryKey}  ${product}`);
  const stop = (): void => void Promise.all([gateway.close(), control.close()]).then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** One key for each product, new with every start. */
function newKeys(directory: string): Subscription[] {
  return readService(directory, raise).products.map(({ id }) => ({
    id: `${id}-key`,
    name: id,
    product: id,
    primaryKey: randomBytes(16).toString('hex'),
  }));
}

function printTrace({ source, severity, message, requestId }: TraceTelemetry): void {
  console.log(JSON.stringify({ trace: source, severity, message, requestId }));
}

run().catch((error: unknown) => {
  const isUsage = error instanceof CommandError;
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const message = error instanceof Error ? error.message : String(error);
  console.error(isTaken ? `The port is taken: ${message}` : message);
  if (isUsage) console.error(`\n${USAGE}`);
  process.exitCode = isUsage ? 2 : 1;
});
