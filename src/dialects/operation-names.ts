import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { Owner } from '../governance/owners.ts';
import { editJson } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import type { Seal } from '../prediction/seals.ts';
import type { AnswerRewrite, GrantedCall } from '../prediction/prediction.ts';
import { notTheirs } from './own-resource.ts';
import { parentName, resourceName } from './resource-names.ts';

/** Google's id, then the owner's labels and the seal, which have no dots. */
const SEALED_ID = /^([\w-]{1,128})\.([a-z0-9_-]{1,63})(?:\.([a-z0-9_-]{1,63}))?\.([\w-]{22})$/;
const NAME_BYTES = 1_024;

/**
 * Google lets nobody label a long-running operation. So whose it is stands behind its id in the name that callers get,
 * `{id}.{team}.{seal}` or `{id}.{team}.{agent}.{seal}`, and is sealed together with the model or endpoint, its project and
 * its location.
 * @throws GatewayError VERTEX_FAILED for an answer that is no object.
 */
export const sealedAnswer: AnswerRewrite = {
  async whole(body, call) {
    const answer = await readAnswer(body);
    const name = answer.member('name')?.readText(NAME_BYTES) ?? '';
    const [, id] = /\/operations\/([\w-]{1,128})$/.exec(name) ?? [];
    // What names no operation passes as it is; without a seal it opens nothing.
    return id === undefined ? body : rename(answer, sealedName(call, id, call.owner));
  },
};

/** An operation that a caller names, of an owner that the caller reaches. */
export interface OwnOperation {
  /** As Google knows it. */
  readonly name: string;
  /** Gives what Google answered about it the name that the caller knows. @throws GatewayError VERTEX_FAILED. */
  rename(answer: Uint8Array): Promise<Uint8Array>;
}

/**
 * Reads what `sealedAnswer` named. @throws GatewayError INVALID_REQUEST for what names no operation of the model or
 * endpoint that is called, RESOURCE_NOT_FOUND for one whose owner the caller does not reach or whose seal is not ours.
 */
export function readOwnOperation(operationName: string, call: GrantedCall): OwnOperation {
  const [, project = '', location = '', resource, sealedId = ''] =
    /^projects\/([^/]+)\/locations\/([^/]+)\/(.+)\/operations\/([\w-]{1,128}(?:\.[\w-]{1,63}){0,3})$/.exec(
      operationName,
    ) ?? [];
  if (!call.isHere(project, location) || `${parentName(call)}/${resource ?? ''}` !== resourceName(call))
    throw invalidBody([
      {
        field: 'operationName',
        description:
          'must name an operation of the model or endpoint in the path, in its project and location',
      },
    ]);
  const [, id = '', team = '', agent, seal = ''] = SEALED_ID.exec(sealedId) ?? [];
  const owner: Owner = { team, ...(agent !== undefined && { agent }) };
  if (!call.reaches(owner) || !sealOf(call).isOf(seal, sealedText(call, id, owner)))
    throw notTheirs('operation');
  const sealed = sealedName(call, id, owner);
  return {
    name: nameOf(call, id),
    rename: async (answer) => rename(await readAnswer(answer), sealed),
  };
}

function sealedName(call: GrantedCall, id: string, owner: Owner): string {
  const { team, agent } = owner;
  const seal = sealOf(call).write(sealedText(call, id, owner));
  return nameOf(call, [id, team, ...(agent === undefined ? [] : [agent]), seal].join('.'));
}

function nameOf(call: GrantedCall, id: string): string {
  return `${resourceName(call)}/operations/${id}`;
}

/** JSON keeps the parts apart, whatever is in them. */
function sealedText(call: GrantedCall, id: string, { team, agent }: Owner): string {
  return JSON.stringify(['operation', nameOf(call, id), team, ...(agent === undefined ? [] : [agent])]);
}

function sealOf({ seal }: GrantedCall): Seal {
  if (seal) return seal;
  throw new TypeError('the payload does not say that it uses the seal');
}

/** A video within the answer can be long. */
async function readAnswer(body: Uint8Array): Promise<JsonValue> {
  try {
    const answer = await readJson(body);
    if (answer.kind === 'object') return answer;
  } catch {
    // Told below, as any other answer that is no object.
  }
  throw new GatewayError('VERTEX_FAILED', 'Vertex AI answered with no JSON object.');
}

function rename(answer: JsonValue, name: string): Uint8Array {
  return editJson(answer, { name: JSON.stringify(name) });
}
