import { MisplacedPolicyError, PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Refuse } from '../documents/refuse.ts';
import type { ExpressionCompiler } from '@vertex-ai-gateway/csharp-expressions/compile';
import type { PolicyDefinition, Scope, Section, Tier } from '../policies/policy.ts';
import type { BackendEntities } from './backend-entities.ts';
import { checkElement } from './check-element.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayServices } from './gateway-services.ts';
import type { Action, PolicyStep } from './policy-step.ts';
import { recordStep } from './record-step.ts';
import type { TemplatedOperation } from './template-parameters.ts';
import { ValueReader } from './value-reader.ts';

/** An API, or one of its operations, that policies may name. */
export interface KnownEntity {
  readonly id: string;
  readonly displayName: string;
}

/** An API of the service, and its operations. */
export interface KnownApi extends KnownEntity {
  readonly operations: readonly (KnownEntity & TemplatedOperation)[];
}

/** The setting that every document of a service is compiled with. */
export interface CompilerSetting {
  readonly expressions: ExpressionCompiler;
  readonly namedValues: ReadonlyMap<string, string>;
  readonly policies: ReadonlyMap<string, PolicyDefinition>;
  /** The tier of the gateway that runs the documents. */
  readonly tier: Tier;
  /** The root elements of the fragments' documents, by the fragments' ids. */
  readonly fragments: ReadonlyMap<string, PolicyElement>;
  readonly services: GatewayServices;
  readonly backends: BackendEntities;
  readonly apis: readonly KnownApi[];
  /** Receives each policy that isn't supported or allowed. */
  readonly refuse: Refuse;
}

/** The place of the policies that are being compiled. */
export interface Place {
  readonly scope: Scope;
  readonly section: Section;
  /** The path of the element around them, such as `choose[3]/when[2]`; empty at the top of a section. */
  readonly path: string;
  /** The id of the fragment that they are in, if any. */
  readonly fragment: string | undefined;
  /** Names of the policies that stand in the section so far, and may do so only once. */
  readonly seenOnce: Set<string>;
  /** Names of the parameters in the URL templates of the operations that they are for. */
  readonly templateParameters: ReadonlySet<string>;
}

/** Microsoft's page about the policies that the gateways of each tier have. */
const TIERS_PAGE =
  'https://learn.microsoft.com/azure/api-management/api-management-gateways-overview#policies';

/** Compiles the policies of one element; a policy gets it to compile what it holds. */
export class PolicyCompiler extends ValueReader {
  readonly setting: CompilerSetting;
  readonly place: Place;

  constructor(setting: CompilerSetting, place: Place) {
    super(setting);
    this.setting = setting;
    this.place = place;
  }

  get services(): GatewayServices {
    return this.setting.services;
  }

  /** Compiles policies that stand side by side. @throws {PolicyDocumentError} */
  compilePolicies(elements: readonly PolicyElement[]): PolicyStep[] {
    const steps: PolicyStep[] = [];
    for (const element of elements) {
      try {
        steps.push(this.#compilePolicy(element, pathStep(element, elements)));
      } catch (error) {
        if (!(error instanceof PolicyDocumentError)) throw error;
        this.setting.refuse(error);
      }
    }
    return steps;
  }

  /** Compiles the policies that an element has to hold. @throws {PolicyDocumentError} where there are none. */
  compileOneOrMore(element: PolicyElement): PolicyStep[] {
    if (element.children.length > 0) return this.compilePolicies(element.children);
    throw new PolicyDocumentError(element.position, element.name, 'needs one or more policies within it.');
  }

  /** Compiles the policies that an element of this policy holds. */
  compileNested(element: PolicyElement, siblings: readonly PolicyElement[]): PolicyStep[] {
    const path = this.nestedPath(element, siblings);
    return new PolicyCompiler(this.setting, { ...this.place, path }).compilePolicies(element.children);
  }

  /** Returns the path of an element that this policy holds. */
  nestedPath(element: PolicyElement, siblings: readonly PolicyElement[]): string {
    return joinPath(this.place.path, pathStep(element, siblings));
  }

  #compilePolicy(element: PolicyElement, step: string): PolicyStep {
    const { name, position } = element;
    const { scope, section } = this.place;
    const definition = this.setting.policies.get(name);
    if (!definition) {
      const known = [...this.setting.policies.keys()].sort().join(', ');
      throw new PolicyDocumentError(position, name, `isn't a policy that is supported; supported: ${known}.`);
    }
    if (definition.tiers && !definition.tiers.includes(this.setting.tier)) {
      const problem = `isn't available in the ${this.setting.tier} tiers: ${TIERS_PAGE}.`;
      throw new PolicyDocumentError(position, name, problem);
    }
    if (definition.notInFragments && this.place.fragment !== undefined) {
      const problem = `isn't supported inside a policy fragment: ${usageNotesOf(name)}.`;
      throw new PolicyDocumentError(position, name, problem);
    }
    if (!definition.sections.includes(section)) {
      const allowed = definition.sections.join(', ');
      throw new MisplacedPolicyError(position, name, `isn't allowed in ${section}; allowed in: ${allowed}.`);
    }
    if (definition.scopes && !definition.scopes.includes(scope)) {
      const allowed = definition.scopes.join(', ');
      const problem = `isn't allowed in the scope ${scope}; allowed in: ${allowed}.`;
      throw new MisplacedPolicyError(position, name, problem);
    }
    if (definition.once && this.place.seenOnce.has(name))
      throw new PolicyDocumentError(position, name, `is allowed only once in ${section}.`);
    this.place.seenOnce.add(name);
    checkElement(element, definition, true, this.setting.namedValues);
    const path = joinPath(this.place.path, step);
    const compiler = new PolicyCompiler(this.setting, { ...this.place, path });
    const compiled = definition.compile(element, compiler);
    const { run, preflights } = typeof compiled === 'function' ? { run: compiled } : compiled;
    const location = { source: name, scope, section, path, policyId: compiler.literal(element, 'id') ?? '' };
    const action = compiler.#afterBody(run);
    const recorded = this.services.journeys
      ? recordStep({ ...location, fragment: this.place.fragment, position }, action)
      : action;
    return { location, run: recorded, ...(preflights && { preflights }) };
  }

  /** Buffers the response's body before a policy runs whose expressions read it; a request's is buffered already. */
  #afterBody(action: Action): Action {
    if (!this.readsResponseBody) return action;
    return async (exchange: Exchange) => {
      await exchange.response?.body.buffer();
      await action(exchange);
    };
  }
}

/** Returns the address of Microsoft's usage notes of a policy. */
function usageNotesOf(name: string): string {
  return `https://learn.microsoft.com/azure/api-management/${name}-policy#usage-notes`;
}

function joinPath(path: string, step: string): string {
  return path === '' ? step : `${path}/${step}`;
}

/** Returns the element's part of a path: `choose[3]` for the third of several, `choose` for the only one of its name. */
function pathStep(element: PolicyElement, siblings: readonly PolicyElement[]): string {
  const same = siblings.filter(({ name }) => name === element.name);
  return same.length > 1 ? `${element.name}[${same.indexOf(element) + 1}]` : element.name;
}
