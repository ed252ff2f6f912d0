import type { CloudResources } from '@vertex-ai-gateway/cloud-emulators/cloud-resources';
import type { TerraformModule } from '../../scripts/infra/check-terraform-files.ts';
import {
  type PlannedResource,
  TerraformPlan,
  type TerraformObject,
  type TerraformValue,
} from './terraform/plan-module.ts';

type ModelArmorTemplate = CloudResources['google']['modelArmorTemplates'][number];

/** Numbers of projects by id, which only Google knows. */
type ProjectNumbers = Readonly<Record<string, string>>;

/**
 * Reads out of Terraform whom Google trusts and what they may do there.
 * @throws Error for a mapping of attributes that the emulator of Google does not have.
 */
export function readGoogle(
  module: TerraformModule,
  variables: Readonly<Record<string, TerraformValue>>,
  numbers: ProjectNumbers,
): CloudResources['google'] & { readonly serviceAccount: string } {
  const plan = new TerraformPlan(module, variables, (type, attributes) =>
    computed(type, attributes, numbers),
  );
  const [provider, ...others] = plan.resources('google_iam_workload_identity_pool_provider');
  if (!provider || others.length > 0) throw new Error('There is one provider.');
  const { attribute_mapping: mapping, attribute_condition: attributeCondition, oidc } = provider.attributes;
  if (JSON.stringify(mapping) !== '{"google.subject":"assertion.sub"}')
    throw new Error(`The mapping ${JSON.stringify(mapping)} is not supported.`);
  const [{ issuer_uri: issuerUri, allowed_audiences: allowedAudiences } = {}] = oidc as TerraformObject[];
  const services = plan.resources('google_project_service');
  const members = plan.resources('google_project_iam_member');
  const impersonations = plan.resources('google_service_account_iam_member');
  const projects = [
    ...new Set([...services, ...members].map(({ attributes }) => textOf(attributes.project))),
  ];
  return {
    poolProvider: {
      audience: textOf(plan.output('pool_provider')),
      issuerUri: textOf(issuerUri),
      allowedAudiences: allowedAudiences as string[],
      attributeCondition: textOf(attributeCondition),
    },
    iam: {
      projects: projects.map((id) => ({
        id,
        number: numbers[id] ?? '',
        services: services.filter(isOf(id)).map(({ attributes }) => textOf(attributes.service)),
        bindings: members.filter(isOf(id)).map(bindingOf),
      })),
      serviceAccounts: plan.resources('google_service_account').map(({ attributes }) => ({
        email: textOf(attributes.email),
        bindings: impersonations
          .filter((one) => one.attributes.service_account_id === attributes.name)
          .map(bindingOf),
      })),
      customRoles: Object.fromEntries(
        plan
          .resources('google_project_iam_custom_role')
          .map(({ attributes }) => [textOf(attributes.id), attributes.permissions as string[]]),
      ),
    },
    modelArmorTemplates: plan.resources('google_model_armor_template').map(templateOf),
    serviceAccount: textOf(plan.output('service_account')),
  };
}

/**
 * The attributes that Google answers.
 * Source: https://registry.terraform.io/providers/hashicorp/google/7.45.0/docs
 */
function computed(type: string, attributes: TerraformObject, numbers: ProjectNumbers): TerraformObject {
  const project = typeof attributes.project === 'string' ? attributes.project : '';
  const pools = `projects/${numbers[project] ?? ''}/locations/global/workloadIdentityPools`;
  switch (type) {
    case 'google_iam_workload_identity_pool':
      return { name: `${pools}/${textOf(attributes.workload_identity_pool_id)}` };
    case 'google_iam_workload_identity_pool_provider': {
      const pool = textOf(attributes.workload_identity_pool_id);
      return { name: `${pools}/${pool}/providers/${textOf(attributes.workload_identity_pool_provider_id)}` };
    }
    case 'google_project_iam_custom_role':
      return { id: `projects/${project}/roles/${textOf(attributes.role_id)}` };
    case 'google_service_account': {
      const email = `${textOf(attributes.account_id)}@${project}.iam.gserviceaccount.com`;
      return {
        email,
        name: `projects/${project}/serviceAccounts/${email}`,
        member: `serviceAccount:${email}`,
      };
    }
    default:
      return {};
  }
}

function bindingOf({ attributes }: PlannedResource) {
  return { role: textOf(attributes.role), members: [textOf(attributes.member)] };
}

/** The filters of a template that are on, by the names that answers have for them. */
const FILTERS = {
  pi_and_jailbreak_filter_settings: 'pi_and_jailbreak',
  malicious_uri_filter_settings: 'malicious_uris',
  sdp_settings: 'sdp',
  rai_settings: 'rai',
} as const;

function templateOf({ attributes }: PlannedResource): ModelArmorTemplate {
  const { project, location, template_id: id, filter_config: configuration } = attributes;
  const [filters = {}] = configuration as TerraformObject[];
  return {
    name: `projects/${textOf(project)}/locations/${textOf(location)}/templates/${textOf(id)}`,
    filters: Object.entries(FILTERS).flatMap(([block, filter]) =>
      block in filters && !JSON.stringify(filters[block]).includes('DISABLED') ? [filter] : [],
    ),
  };
}

function isOf(project: string): (resource: PlannedResource) => boolean {
  return ({ attributes }) => attributes.project === project;
}

function textOf(value: TerraformValue | undefined): string {
  if (typeof value !== 'string') throw new Error(`It is no text: ${JSON.stringify(value)}`);
  return value;
}
