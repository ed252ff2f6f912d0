import type { AnyResource, CallTarget, EndpointResource, ModelResource, Principal } from './call-target.ts';
import type { Durability } from './documents.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import type { Governance } from './governance.ts';
import type { PlaceUse, PlaceVerdict } from './judge-place.ts';
import type { ToolVerdict } from './judge-tool.ts';
import { type Owner, reaches, restrictToTeam } from './owners.ts';
import type { ToolName } from './tools.ts';

/** The part of an authorized call that the decision has resolved. */
interface Permission<Target extends CallTarget> {
  readonly target: Target;
  /** Id of the grant; for an application that acts for a person `grant+agent`. */
  readonly rule: string;
  /** The durability that the rule demands of the call's record. */
  readonly durability: Durability;
  /** The owner of the resources that the call creates. */
  readonly owner: Owner;
  /** Id of the project that serves the call; resolved if the target leaves it out. */
  readonly project: string;
  /** Location that serves the call; resolved if the target leaves it out. */
  readonly location: string;
  /** The model or endpoint by Vertex AI's own name, even if the target uses another name of the catalog. */
  readonly resource: ModelResource | EndpointResource | AnyResource;
  /** The host of an endpoint that has its own in the location; undefined if a shared host of Google serves the call. */
  readonly address?: EndpointAddress;
}

/** The judgements that an authorized call needs of the governance documents. */
export type Judgements = Pick<Governance, 'decide' | 'ownersOf' | 'isProject' | 'judgePlace' | 'judgeTool'>;

declare const authorized: unique symbol;

/**
 * A call that a rule allows, with what its caller may do besides. Only a decision makes one, and Vertex AI cannot be called
 * without one.
 */
export interface AuthorizedCall<Target extends CallTarget = CallTarget> extends Permission<Target> {
  /** The owners whose things the caller reaches; one without an agent stands for all of the team. */
  readonly owners: readonly Owner[];
  /** Returns true when the caller reaches what the owner owns. */
  reaches(owner: Owner): boolean;
  /** Returns true when a project, by its id or by its number in the catalog, and a location are those of the call. */
  isHere(project: string, location: string): boolean;
  /** Returns true when the caller may make another call, too. */
  may(target: CallTarget): boolean;
  /** Judges a place that the call would make Google read or write: `gs://`, `bq://`, `https://`, a YouTube video. */
  judgePlace(use: PlaceUse, uri: string): PlaceVerdict;
  /**
   * Judges a tool that the call would give its model, where it is served.
   * @param sources full names or addresses of what the tool is to reach; none for a tool that reaches nothing of ours.
   */
  judgeTool(tool: ToolName, sources?: readonly string[]): ToolVerdict;
  readonly [authorized]: true;
}

class DecidedCall<Target extends CallTarget> implements Permission<Target> {
  readonly target: Target;
  readonly rule: string;
  readonly durability: Durability;
  readonly owner: Owner;
  readonly project: string;
  readonly location: string;
  readonly resource: AuthorizedCall['resource'];
  declare readonly address?: EndpointAddress;
  declare readonly [authorized]: true;
  readonly #principal: Principal;
  readonly #judgements: Judgements;
  #owners: readonly Owner[] | undefined;
  #maker: Principal | undefined;

  constructor(permission: Permission<Target>, principal: Principal, judgements: Judgements) {
    this.target = permission.target;
    this.rule = permission.rule;
    this.durability = permission.durability;
    this.owner = permission.owner;
    this.project = permission.project;
    this.location = permission.location;
    this.resource = permission.resource;
    if (permission.address) this.address = permission.address;
    this.#principal = principal;
    this.#judgements = judgements;
  }

  get owners(): readonly Owner[] {
    return (this.#owners ??= this.#judgements.ownersOf(this.#principal));
  }

  reaches(owner: Owner): boolean {
    return reaches(this.owners, owner);
  }

  isHere(project: string, location: string): boolean {
    return location === this.location && this.#judgements.isProject(this.project, project);
  }

  may(target: CallTarget): boolean {
    return this.#judgements.decide(this.#principal, target).allowed;
  }

  judgePlace(use: PlaceUse, uri: string): PlaceVerdict {
    return this.#judgements.judgePlace(this.#asMaker(), use, uri);
  }

  judgeTool(tool: ToolName, sources: readonly string[] = []): ToolVerdict {
    const { location } = this;
    return this.#judgements.judgeTool(this.#asMaker(), { tool, sources, location });
  }

  #asMaker(): Principal {
    return (this.#maker ??= restrictToTeam(this.#principal, this.target.operation, this.owner));
  }
}

/** Marks a call as authorized. Boundary rules let `decide.ts` alone import it. */
export function allow<Target extends CallTarget>(
  permission: Permission<Target>,
  principal: Principal,
  judgements: Judgements,
): AuthorizedCall<Target> {
  return new DecidedCall(permission, principal, judgements);
}
