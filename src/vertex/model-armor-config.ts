import { GatewayError } from '../errors/gateway-error.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { DirectionPlan } from '../governance/protection-plan.ts';
import { editJson } from '../json/edit-json.ts';
import { readJson } from '../json/read-json.ts';
import type { VertexRequest } from '../prediction/prediction.ts';

const PATH = /:generateContent(?:$|\?)/;

/**
 * Adds the templates of Model Armor by which Vertex AI must screen the call, in place of any that the request has.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/ModelArmorConfig
 * @throws GatewayError INSPECTION_UNAVAILABLE for a call that must be screened in a location without a template.
 */
export async function withModelArmor(request: VertexRequest, call: AuthorizedCall): Promise<VertexRequest> {
  const promptTemplateName = findTemplate(call.protection?.request, call);
  const responseTemplateName = findTemplate(call.protection?.response, call);
  if (promptTemplateName === undefined && responseTemplateName === undefined) return request;
  const { path, body } = request;
  if (!PATH.test(path) || !body) throw new TypeError('only generateContent is screened inside Vertex AI');
  const config = JSON.stringify({ promptTemplateName, responseTemplateName });
  const edits = { modelArmorConfig: config, model_armor_config: undefined };
  return { ...request, body: editJson(await readJson(body), edits) };
}

function findTemplate(plan: DirectionPlan | undefined, call: AuthorizedCall): string | undefined {
  const service = plan?.services.find(({ isInside }) => isInside(call));
  if (!service) return undefined;
  const template = service.resources.get(call.location);
  if (template === undefined && service.isRequired)
    throw new GatewayError(
      'INSPECTION_UNAVAILABLE',
      `The call was not sent: the rule ${service.rule.id} has it screened by ${service.name}, which has no template for ${call.location}.`,
    );
  return template;
}
