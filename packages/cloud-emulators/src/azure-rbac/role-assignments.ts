import type { ControlAction } from '../control/server.ts';
import { BUILT_IN_ROLES, type RoleDefinition } from './built-in-roles.ts';
import { isCovered, parseCondition } from './condition.ts';

/**
 * A role that a principal has on a resource and on all below it.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/role-assignments
 */
export interface RoleAssignment {
  /** Object id of the principal. */
  readonly principalId: string;
  /** Id of a built-in role, or the definition of a custom one. */
  readonly role: string | RoleDefinition;
  /** Id of the resource, `/subscriptions/…`; `/` is everything. */
  readonly scope: string;
  /** The condition, version 2.0, under which the assignment holds; always when left out. */
  readonly condition?: string;
}

/** The request of a principal for an action on a resource. */
export interface AccessRequest {
  readonly principalId: string;
  /** Id of the resource. */
  readonly resourceId: string;
  /** The action on the resource itself, or the one on its data. */
  readonly action: string;
  readonly isDataAction: boolean;
  /** The suboperation, such as `Blob.List`, which conditions may name. */
  readonly subOperation?: string;
}

interface CompiledAssignment {
  readonly assignment: RoleAssignment;
  readonly definition: RoleDefinition;
  readonly condition: (request: AccessRequest) => boolean;
}

/** The role assignments of a tenant, which the services of Azure ask who may do what. */
export class RoleAssignments {
  #compiled: readonly CompiledAssignment[];

  /** @throws TypeError for a role that is neither given nor known, SyntaxError for a condition that is not supported. */
  constructor(assignments: readonly RoleAssignment[]) {
    this.#compiled = assignments.map(compile);
  }

  /**
   * The actions of the control surface: `GET role-assignments` lists them, `PUT role-assignments` with a list replaces
   * them, which holds for the next request.
   */
  get actions(): Readonly<Record<string, ControlAction>> {
    const list = () => this.#compiled.map(({ assignment }) => assignment);
    return {
      'GET role-assignments': list,
      'PUT role-assignments': (body) => {
        if (!Array.isArray(body)) throw new TypeError('Send a list of role assignments.');
        this.#compiled = (body as RoleAssignment[]).map(compile);
        return list();
      },
    };
  }

  /**
   * Replaces the assignments of a resource, of those above and of those below it.
   * @param concerns picks the assignments by their role; all when left out.
   */
  reassign(
    resourceId: string,
    assignments: readonly RoleAssignment[],
    concerns: (role: RoleAssignment['role']) => boolean = () => true,
  ): void {
    const kept = this.#compiled.filter(
      ({ assignment: { scope, role } }) =>
        !(concerns(role) && (isWithin(resourceId, scope) || isWithin(scope, resourceId))),
    );
    this.#compiled = [...kept, ...assignments.map(compile)];
  }

  /**
   * Tells whether an assignment permits a request.
   * Source: https://learn.microsoft.com/azure/role-based-access-control/overview#how-azure-rbac-determines-if-a-user-has-access-to-a-resource
   */
  permits(request: AccessRequest): boolean {
    return this.#compiled.some(
      ({ assignment, definition, condition }) =>
        assignment.principalId === request.principalId &&
        isWithin(request.resourceId, assignment.scope) &&
        allows(definition, request) &&
        condition(request),
    );
  }
}

function compile(assignment: RoleAssignment): CompiledAssignment {
  const { role, condition: text } = assignment;
  const definition = typeof role === 'string' ? BUILT_IN_ROLES.get(role) : role;
  if (!definition) throw new TypeError(`There is no built-in role ${JSON.stringify(role)}.`);
  if (text === undefined) return { assignment, definition, condition: () => true };
  const holds = parseCondition(text);
  return {
    assignment,
    definition,
    condition: ({ action, subOperation }) => holds({ action, subOperation }),
  };
}

function isWithin(resourceId: string, scope: string): boolean {
  const parent = scope.replace(/\/$/, '').toLowerCase();
  return `${resourceId.toLowerCase()}/`.startsWith(`${parent}/`);
}

function allows(definition: RoleDefinition, { action, isDataAction }: AccessRequest): boolean {
  const { actions, notActions, dataActions, notDataActions } = definition;
  const [given, taken] = isDataAction ? [dataActions, notDataActions] : [actions, notActions];
  const covers = (pattern: string): boolean => isCovered(pattern, action);
  return given.some(covers) && !taken.some(covers);
}

/** Gives these principals one built-in role on every resource. */
export function assignEverywhere(role: string, ...principalIds: readonly string[]): RoleAssignments {
  return new RoleAssignments(principalIds.map((principalId) => ({ principalId, role, scope: '/' })));
}
