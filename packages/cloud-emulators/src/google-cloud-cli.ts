import { flushCompileCache } from 'node:module';
import { startControlServer } from './control/server.ts';
import type { GoogleCloudMessage, GoogleCloudOptions } from './google-cloud-process.ts';
import { startGoogle } from './google/start-google.ts';
import { startModelArmor } from './model-armor/start-model-armor.ts';
import { startVertexAi } from './vertex-ai/start-vertex-ai.ts';

/**
 * The process that `startGoogleCloudProcess` forks. It takes its options as one message, reports when it listens, and
 * ends with its parent.
 */
process.once('disconnect', () => process.exit());
process.once('message', (options: GoogleCloudOptions) => {
  start(options).then(sendToParent, (error: unknown) =>
    sendToParent({ type: 'failed', message: String(error) }),
  );
});

async function start({
  tls,
  poolProvider,
  iam,
  modelArmorTemplates,
}: GoogleCloudOptions): Promise<GoogleCloudMessage> {
  const google = await startGoogle({ port: 0, tls, poolProvider, iam });
  const vertex = await startVertexAi({
    port: 0,
    certificate: tls,
    checkAccessToken: (token) => google.checkAccessToken(token),
    findRefusal: (principal, call) => google.iam.findRefusal(principal, call),
  });
  const modelArmor = await startModelArmor({
    port: 0,
    tls,
    templates: modelArmorTemplates,
    checkAccessToken: (token) => google.checkAccessToken(token),
    findRefusal: (principal, call) => google.iam.findRefusal(principal, call),
  });
  const emulators = [google, vertex, modelArmor];
  const controls = await startControlServer(emulators);
  // A process that is killed would not write what it has compiled.
  flushCompileCache();
  return {
    type: 'ready',
    googlePort: google.port,
    vertexPort: vertex.port,
    modelArmorPort: modelArmor.port,
    controlPort: controls.port,
    controlNames: emulators.map(({ control }) => control.name),
  };
}

function sendToParent(message: GoogleCloudMessage): void {
  process.send?.(message);
}
