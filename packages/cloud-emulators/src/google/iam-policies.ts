import { PREDEFINED_ROLES } from './predefined-roles.ts';

/** A role that members have. Source: https://cloud.google.com/iam/docs/reference/rest/v1/Policy */
export interface Binding {
  /** A predefined role, `roles/…`, or one of `customRoles`. */
  readonly role: string;
  /** `principal://…/subject/{sub}`, `principalSet://…/workloadIdentityPools/{pool}/*` or `serviceAccount:{email}`. */
  readonly members: readonly string[];
}

/** A project: which services are on, and who may do what in it. */
export interface Project {
  readonly id: string;
  /** The project's number, by which names of resources may call it. */
  readonly number: string;
  /** Names of services that are on, such as `aiplatform.googleapis.com`. */
  readonly services: readonly string[];
  readonly bindings: readonly Binding[];
}

/** A service account, and who may do what with it. */
export interface ServiceAccount {
  readonly email: string;
  readonly bindings: readonly Binding[];
}

/** The rights of principals at Google. */
export interface IamConfiguration {
  readonly projects: readonly Project[];
  readonly serviceAccounts: readonly ServiceAccount[];
  /** Permissions of custom roles by the role's name, `projects/{project}/roles/{role}`. */
  readonly customRoles?: Readonly<Record<string, readonly string[]>>;
}

/** A call at a project: which service it is of, and what it needs. */
export interface ProjectCall {
  readonly project: string;
  readonly service: string;
  readonly permission: string;
}

/** Answers who may do what, from the policies of projects and service accounts. Nobody may do more. */
export class IamPolicies {
  #configuration: IamConfiguration;

  /** @throws TypeError for a binding of a role that is neither predefined nor a custom one. */
  constructor(configuration: IamConfiguration) {
    this.#configuration = check(configuration);
  }

  /** The policies as they are now. */
  get configuration(): IamConfiguration {
    return this.#configuration;
  }

  /** Replaces the policies, which holds for the next call. @throws TypeError as the constructor. */
  replace(configuration: IamConfiguration): void {
    this.#configuration = check(configuration);
  }

  /** Tells why a call at a project is refused: its service is off, or a permission is missing; undefined where it is not. */
  findRefusal(
    principal: string,
    { project, service, permission }: ProjectCall,
  ): 'service' | 'permission' | undefined {
    const found = this.#configuration.projects.find(({ id, number }) => id === project || number === project);
    if (!found) return 'permission';
    if (!found.services.includes(service)) return 'service';
    return this.#holds(found.bindings, principal, permission) ? undefined : 'permission';
  }

  /** Tells whether a principal may get tokens of a service account. */
  mayImpersonate(principal: string, email: string): boolean {
    const account = this.#configuration.serviceAccounts.find((one) => one.email === email);
    return (
      account !== undefined && this.#holds(account.bindings, principal, 'iam.serviceAccounts.getAccessToken')
    );
  }

  #holds(bindings: readonly Binding[], principal: string, permission: string): boolean {
    return bindings.some(
      ({ role, members }) =>
        permissionsOf(role, this.#configuration)?.includes(permission) &&
        members.some((member) => isMember(principal, member)),
    );
  }
}

function permissionsOf(role: string, { customRoles = {} }: IamConfiguration): readonly string[] | undefined {
  return PREDEFINED_ROLES.get(role) ?? customRoles[role];
}

function check(configuration: IamConfiguration): IamConfiguration {
  const { projects, serviceAccounts } = configuration;
  for (const { bindings } of [...projects, ...serviceAccounts])
    for (const { role } of bindings)
      if (!permissionsOf(role, configuration)) throw new TypeError(`There is no role ${role}.`);
  return configuration;
}

/** Source: https://cloud.google.com/iam/docs/principal-identifiers */
function isMember(principal: string, member: string): boolean {
  if (member === principal) return true;
  const pool = /^principalSet:(\/\/iam\.googleapis\.com\/.+\/workloadIdentityPools\/[^/]+)\/\*$/.exec(
    member,
  )?.[1];
  return pool !== undefined && principal.startsWith(`principal:${pool}/subject/`);
}
