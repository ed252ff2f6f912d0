import type { CloudResources } from '@vertex-ai-gateway/cloud-emulators/cloud-resources';
import { readTerraform } from '../../scripts/infra/check-terraform-files.ts';
import { deployTemplate, type DeployedResource, type Template } from '../infra/arm/deploy-template.ts';
import { textOf, type Value } from '../infra/arm/functions.ts';
import { readAzure, SUBSCRIPTION } from '../infra/read-azure.ts';
import { readGoogle } from '../infra/read-google.ts';
import { writeArtifacts } from '../infra/write-artifacts.ts';
import type { InfrastructureCopy } from './compile-infra.ts';

/** The project of the emulated Vertex AI. */
const PROJECT = { id: 'sample-project', number: '123456789012' };
const ACCOUNT = 'gateway';

/** The accounts of Azure AI that are deployed, and the locations with a template of Model Armor. */
const INSPECTION_ACCOUNTS = [
  { name: 'vertex-gateway-shields', kind: 'ContentSafety', location: 'eastus' },
  { name: 'vertex-gateway-language', kind: 'TextAnalytics', location: 'eastus' },
];
const MODEL_ARMOR_LOCATIONS = ['us', 'eu'];

/** The outcome of a deployment in both clouds. */
export interface DeployedInfrastructure {
  /** The resources of Azure. */
  readonly resources: readonly DeployedResource[];
  /** The resources of both clouds, as the chain takes them. */
  readonly clouds: CloudResources;
  /** Google's side where a service account is asked for, and that account's email. */
  readonly impersonated: ReturnType<typeof readGoogle>;
}

/**
 * Deploys both sides as the workflow does: the parameters of production, the witness, and Terraform with the outputs of
 * Azure.
 * @param artifacts the folder that gets what is deployed into API Management.
 */
export async function readDeployment(
  infrastructure: InfrastructureCopy,
  artifacts: string,
): Promise<DeployedInfrastructure> {
  const compile = (file: string) => JSON.parse(infrastructure.compile(file).output) as Template;
  const main = deployTemplate(
    compile('infra/azure/main.bicep'),
    {
      ...readParameters(infrastructure, 'infra/azure/environments/production.bicepparam'),
      inspectionAccounts: INSPECTION_ACCOUNTS,
    },
    SUBSCRIPTION,
  );
  const { googleSubject = '', googleAudience = '' } = main.outputs;
  const witness = deployTemplate(
    compile('infra/azure/storage/witness.bicep'),
    { name: 'vertexgatewaywitness', functionAppPrincipalId: googleSubject },
    SUBSCRIPTION,
  );
  const resources = [...main.resources, ...witness.resources];
  writeArtifacts(resources, artifacts);
  const terraform = await readTerraform('infra/google');
  const variables = {
    project: PROJECT.id,
    model_projects: [PROJECT.id],
    tenant_id: SUBSCRIPTION.tenantId,
    subject: textOf(googleSubject),
    audience: textOf(googleAudience),
    model_armor_locations: MODEL_ARMOR_LOCATIONS,
    screened_projects: [PROJECT.number],
  };
  const numbers = { [PROJECT.id]: PROJECT.number };
  const { poolProvider, iam, modelArmorTemplates } = readGoogle(terraform, variables, numbers);
  return {
    resources,
    clouds: { ...readAzure(resources, artifacts), google: { poolProvider, iam, modelArmorTemplates } },
    impersonated: readGoogle(terraform, { ...variables, service_account: ACCOUNT }, numbers),
  };
}

/** Reads the values of a file of parameters, as Bicep's compiler works them out. */
function readParameters(infrastructure: InfrastructureCopy, file: string): Record<string, Value> {
  const { parametersJson } = JSON.parse(infrastructure.compileParameters(file).output) as {
    readonly parametersJson: string;
  };
  const { parameters } = JSON.parse(parametersJson) as {
    readonly parameters: Readonly<Record<string, { readonly value: Value }>>;
  };
  return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]));
}
