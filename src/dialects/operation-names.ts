import { invalidBody } from '../errors/invalid-body.ts';
import type { Owner } from '../governance/owners.ts';
import { editJson } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { Seal } from '@vertex-ai-gateway/audit-ledger/keys';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { AnswerRewrite } from '../prediction/prediction.ts';
import { readAnswer } from './json-answers.ts';
import { resourceNotFound } from './own-resource.ts';
import { parentName, resourceName } from './resource-names.ts';

/** `{id}.{team}.{seal}` or `{id}.{team}.{agent}.{seal}`; no part has a dot in it. */
const SEALED_ID = /^([\w-]{1,128})\.([a-z0-9_-]{1,63})(?:\.([a-z0-9_-]{1,63}))?\.([\w-]{22})$/;
const NAME_BYTES = 1_024;

/**
 * Adds the owner to the name of a long-running operation: `{id}.{team}.{seal}` or `{id}.{team}.{agent}.{seal}` in place of
 * Google's id. Operations have no labels. The seal covers the owner, the id, the model or endpoint, the project and the
 * location.
 * @throws GatewayError VERTEX_FAILED for an answer that is no object.
 */
export const sealedAnswer: AnswerRewrite = {
  async whole(body, call, seal) {
    const answer = await readAnswer(body);
    const name = answer.member('name')?.readText(NAME_BYTES) ?? '';
    const [, id] = /\/operations\/([\w-]{1,128})$/.exec(name) ?? [];
    // An answer that names no operation passes as it is; a name without a seal is refused later.
    return id === undefined ? body : rename(answer, sealedName(call, expectSeal(seal), id, call.owner));
  },
};

/** A long-running operation that a caller named, whose owner the caller reaches. */
export interface OwnOperation {
  /** Google's name of the operation. */
  readonly name: string;
  /** Puts the sealed name into Google's answer. @throws GatewayError VERTEX_FAILED for an answer that is no object. */
  rename(answer: Uint8Array): Promise<Uint8Array>;
}

/**
 * Reads a name that `sealedAnswer` wrote.
 * @throws GatewayError INVALID_REQUEST for a name of another model, endpoint, project or location than the call's;
 *   RESOURCE_NOT_FOUND for an owner that the caller does not reach, or a wrong seal.
 */
export function readOwnOperation(
  operationName: string,
  call: AuthorizedCall,
  gatewaySeal: Seal | undefined,
): OwnOperation {
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
  const ours = expectSeal(gatewaySeal);
  if (!call.reaches(owner) || !ours.isOf(seal, sealedText(call, id, owner)))
    throw resourceNotFound('operation');
  const sealed = sealedName(call, ours, id, owner);
  return {
    name: nameOf(call, id),
    rename: async (answer) => rename(await readAnswer(answer), sealed),
  };
}

function sealedName(call: AuthorizedCall, ours: Seal, id: string, owner: Owner): string {
  const { team, agent } = owner;
  const seal = ours.write(sealedText(call, id, owner));
  return nameOf(call, [id, team, ...(agent === undefined ? [] : [agent]), seal].join('.'));
}

function nameOf(call: AuthorizedCall, id: string): string {
  return `${resourceName(call)}/operations/${id}`;
}

/** JSON makes the text unambiguous, whatever its parts contain. */
function sealedText(call: AuthorizedCall, id: string, { team, agent }: Owner): string {
  return JSON.stringify(['operation', nameOf(call, id), team, ...(agent === undefined ? [] : [agent])]);
}

function expectSeal(seal: Seal | undefined): Seal {
  if (seal) return seal;
  throw new TypeError('The payload does not declare that it uses the seal.');
}

function rename(answer: JsonValue, name: string): Uint8Array {
  return editJson(answer, { name: JSON.stringify(name) });
}
