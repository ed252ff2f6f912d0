import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BicepResult, runBicep } from '../../scripts/infra/bicep-compiler.ts';
import { buildGraphTypes } from './graph-types.ts';

export const POOL_PROVIDER =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure/providers/entra';

/**
 * The day on which the rule use-recent-api-versions reckons the ages of versions. The compiler reckons from today; a fixed day
 * makes a commit that passes pass for ever. Move it when versions are looked through.
 */
const VERSIONS_LOOKED_THROUGH_ON = '2026-12-01';

/** A copy of the infrastructure that compiles without a network: its Graph extension is built here. */
export interface InfrastructureCopy extends Disposable {
  /** Compiles a Bicep file, by its path from the root of the repository. */
  compile(file: string): BicepResult;
  /** Compiles a file of parameters. */
  compileParameters(file: string): BicepResult;
}

/**
 * Copies `infra/` and `apim/`, which its files load, into a folder for scratch.
 * @param day the day on which versions of APIs have their ages.
 */
export function copyInfrastructure(day = VERSIONS_LOOKED_THROUGH_ON): InfrastructureCopy {
  const folder = mkdtempSync(join(tmpdir(), 'infra-'));
  for (const name of ['infra', 'apim']) cpSync(name, join(folder, name), { recursive: true });
  publishGraphTypes(folder, day);
  return {
    compile: (file) => runBicep(['build', '--stdout', file], folder),
    compileParameters: (file) =>
      runBicep(['build-params', '--stdout', file], folder, { GOOGLE_POOL_PROVIDER: POOL_PROVIDER }),
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

function publishGraphTypes(folder: string, day: string): void {
  const source = join(folder, 'graph');
  mkdirSync(source);
  const { index, types } = buildGraphTypes();
  writeFileSync(join(source, 'index.json'), JSON.stringify(index));
  writeFileSync(join(source, 'types.json'), JSON.stringify(types));
  const archive = join(folder, 'graph.tgz');
  runBicep(['publish-extension', join(source, 'index.json'), '--target', archive], folder);
  const configuration = join(folder, 'infra/bicepconfig.json');
  const text = readFileSync(configuration, 'utf8');
  writeFileSync(
    configuration,
    text
      .replace(/"br:[^"]*microsoftgraph[^"]*"/, '"../graph.tgz"')
      .replace('"maxAllowedAgeInDays"', `"test-today": "${day}", "maxAllowedAgeInDays"`),
  );
}
