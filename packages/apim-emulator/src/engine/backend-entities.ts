import { CircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerRule } from './circuit-breaker.ts';
import type { Headers } from './headers.ts';

/** A backend with an address of its own. */
export interface SingleBackendDefinition {
  readonly id: string;
  readonly type: 'single';
  /** The absolute address, without a trailing slash. */
  readonly url: string;
  /** The names and values that are added to requests to it. */
  readonly credentials: {
    readonly headers: readonly (readonly [string, readonly string[]])[];
    readonly query: readonly (readonly [string, readonly string[]])[];
  };
  readonly circuitBreaker: CircuitBreakerRule | undefined;
}

/** A member of a pool: the lower its priority number, the earlier its turn. */
export interface PoolMemberDefinition {
  readonly id: string;
  readonly priority: number;
  readonly weight: number;
}

/** A pool of backends that share the load. */
export interface PoolDefinition {
  readonly id: string;
  readonly type: 'pool';
  readonly members: readonly PoolMemberDefinition[];
}

/** The definition of a single backend or of a pool. */
export type BackendDefinition = SingleBackendDefinition | PoolDefinition;

/** A backend, or a pool of backends, that `backend-id` names. */
export interface BackendEntity {
  readonly id: string;
  /** The name in messages about why the backend cannot be used. */
  readonly title: string;
  /** The definition of a single backend; a pool has none. */
  readonly definition?: SingleBackendDefinition;
  /** The backend that is next; undefined when the circuit breakers of all are tripped. */
  readonly pick: () => Backend | undefined;
}

/** One backend and its circuit breaker. */
export class Backend implements BackendEntity {
  readonly definition: SingleBackendDefinition;
  readonly #breaker: CircuitBreaker | undefined;

  constructor(definition: SingleBackendDefinition, now: () => number) {
    this.definition = definition;
    this.#breaker = definition.circuitBreaker && new CircuitBreaker(definition.circuitBreaker, now);
  }

  get id(): string {
    return this.definition.id;
  }

  get title(): string {
    return `Backend '${this.id}'`;
  }

  readonly pick = (): Backend | undefined => (this.#breaker?.isTripped ? undefined : this);

  answered(statusCode: number, headers: Headers): void {
    this.#breaker?.answered(statusCode, headers);
  }

  failed(reason: string): void {
    this.#breaker?.failed(reason);
  }
}

interface Member extends PoolMemberDefinition {
  readonly backend: Backend;
  /** The priority for the next request, which grows with the weight. The highest one is next. */
  due: number;
}

/**
 * Takes turns among the backends of the first priority group that has any to offer, by weight; evenly where none has
 * a weight. Source: https://learn.microsoft.com/azure/api-management/backends#load-balanced-pool
 */
class LoadBalancedPool implements BackendEntity {
  readonly id: string;
  readonly #groups: readonly Member[][];

  constructor({ id, members }: PoolDefinition, backends: ReadonlyMap<string, Backend>) {
    this.id = id;
    const groups = new Map<number, Member[]>();
    for (const member of members) {
      const backend = backends.get(member.id);
      if (!backend) continue;
      const group = groups.get(member.priority) ?? [];
      group.push({ ...member, backend, due: 0 });
      groups.set(member.priority, group);
    }
    this.#groups = [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
  }

  get title(): string {
    return `Backend pool '${this.id}'`;
  }

  readonly pick = (): Backend | undefined => {
    for (const group of this.#groups) {
      const available = group.filter(({ backend }) => backend.pick() !== undefined);
      const next = takeTurn(available);
      if (next) return next.backend;
    }
    return undefined;
  };
}

/** Picks the next member by smooth weighted round-robin: 3 to 1 is A A B A, not A A A B. */
function takeTurn(members: readonly Member[]): Member | undefined {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const [first] = members;
  let next = first;
  for (const member of members) {
    member.due += total === 0 ? 1 : member.weight;
    if (next && member.due > next.due) next = member;
  }
  if (next) next.due -= total === 0 ? members.length : total;
  return next;
}

/** The backend entities of a service. */
export class BackendEntities {
  readonly #entities = new Map<string, BackendEntity>();

  /** @param definitions pools whose members are all there, and are no pools. */
  constructor(definitions: readonly BackendDefinition[], now: () => number) {
    const backends = new Map<string, Backend>();
    for (const definition of definitions) {
      if (definition.type === 'single') backends.set(definition.id, new Backend(definition, now));
    }
    for (const definition of definitions) {
      const entity =
        definition.type === 'pool' ? new LoadBalancedPool(definition, backends) : backends.get(definition.id);
      if (entity) this.#entities.set(definition.id, entity);
    }
  }

  find(id: string): BackendEntity | undefined {
    return this.#entities.get(id);
  }

  get ids(): string[] {
    return [...this.#entities.keys()];
  }
}
