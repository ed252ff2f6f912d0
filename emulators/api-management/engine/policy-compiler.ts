import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement, PolicyText } from '../documents/policy-element.ts';
import type { Refuse } from '../documents/refuse.ts';
import { replaceNamedValues } from '../documents/replace-named-values.ts';
import { startsExpression } from '../documents/scan-expression.ts';
import type { ExpressionCompiler } from '../expressions/compile.ts';
import type { PolicyDefinition, Scope, Section } from '../policies/policy.ts';
import type { BackendEntities } from './backend-entities.ts';
import { checkElement } from './check-element.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayServices } from './gateway-services.ts';
import type { Action, PolicyStep } from './policy-step.ts';
import { compileValue } from './policy-value.ts';
import type { PolicyValue } from './policy-value.ts';
import { recordStep } from './record-step.ts';

/** What policies may name: an API, or one of its operations. */
export interface KnownEntity {
  readonly id: string;
  readonly displayName: string;
}

/** An API of the service, and its operations. */
export interface KnownApi extends KnownEntity {
  readonly operations: readonly KnownEntity[];
}

/** What every document of a service is compiled with. */
export interface CompilerSetting {
  readonly expressions: ExpressionCompiler;
  readonly namedValues: ReadonlyMap<string, string>;
  readonly policies: ReadonlyMap<string, PolicyDefinition>;
  /** Fragments by their id: the root elements of their documents. */
  readonly fragments: ReadonlyMap<string, PolicyElement>;
  readonly services: GatewayServices;
  readonly backends: BackendEntities;
  readonly apis: readonly KnownApi[];
  /** Told of each policy that isn't supported or allowed. */
  readonly refuse: Refuse;
}

/** Where the policies being compiled stand. */
export interface Place {
  readonly scope: Scope;
  readonly section: Section;
  /** Path of the element around them, such as `choose[3]/when[2]`; empty at the top of a section. */
  readonly path: string;
  /** Id of the fragment that they are in, if any. */
  readonly fragment: string | undefined;
  /** Names of the policies that stand in the section so far, and may do so only once. */
  readonly seenOnce: Set<string>;
}

/** Compiles the policies of one element; a policy gets it to compile what it holds. */
export class PolicyCompiler {
  readonly setting: CompilerSetting;
  readonly place: Place;
  #readsResponseBody = false;

  constructor(setting: CompilerSetting, place: Place) {
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

  /** Compiles the policies that an element of this policy holds. */
  compileNested(element: PolicyElement, siblings: readonly PolicyElement[]): PolicyStep[] {
    const path = this.nestedPath(element, siblings);
    return new PolicyCompiler(this.setting, { ...this.place, path }).compilePolicies(element.children);
  }

  /** Path of an element that this policy holds. */
  nestedPath(element: PolicyElement, siblings: readonly PolicyElement[]): string {
    return joinPath(this.place.path, pathStep(element, siblings));
  }

  /** The attribute's value, or undefined when it isn't there. */
  value(element: PolicyElement, attribute: string): PolicyValue | undefined {
    const text = element.attributes.get(attribute);
    return text && this.compileText(text, element.name);
  }

  /** The value of an attribute that the policy's rule requires. */
  requiredValue(element: PolicyElement, attribute: string): PolicyValue {
    const value = this.value(element, attribute);
    if (!value)
      throw new PolicyDocumentError(element.position, element.name, `needs the attribute "${attribute}".`);
    return value;
  }

  /** An attribute that can't be an expression, named values in place. */
  literal(element: PolicyElement, attribute: string): string | undefined {
    const text = element.attributes.get(attribute);
    return text && replaceNamedValues(text, this.setting.namedValues, element.name).value;
  }

  /** An element's text where it can't be an expression, named values in place. */
  literalText(element: PolicyElement): string {
    const { value, position } = replaceNamedValues(element.text, this.setting.namedValues, element.name);
    const text = value.trim();
    if (startsExpression(text, 0))
      throw new PolicyDocumentError(position, element.name, "Policy expressions aren't allowed here.");
    return text;
  }

  /** A literal whole number within bounds. */
  wholeNumber(
    element: PolicyElement,
    attribute: string,
    minimum: number,
    maximum: number,
  ): number | undefined {
    const text = this.literal(element, attribute);
    if (text === undefined) return undefined;
    const number = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
    if (number >= minimum && number <= maximum) return number;
    const position = element.attributes.get(attribute)?.position ?? element.position;
    const bounds = Number.isFinite(maximum) ? `from ${minimum} to ${maximum}` : `of at least ${minimum}`;
    throw new PolicyDocumentError(position, element.name, `"${attribute}" is a whole number ${bounds}.`);
  }

  compileText(text: PolicyText, element: string): PolicyValue {
    const replaced = replaceNamedValues(text, this.setting.namedValues, element);
    const value = compileValue(replaced, element, this.setting.expressions);
    this.#readsResponseBody ||= value.readsResponseBody;
    return value;
  }

  #compilePolicy(element: PolicyElement, step: string): PolicyStep {
    const { name, position } = element;
    const { scope, section } = this.place;
    const definition = this.setting.policies.get(name);
    if (!definition) {
      const known = [...this.setting.policies.keys()].sort().join(', ');
      throw new PolicyDocumentError(position, name, `isn't a policy that is supported; supported: ${known}.`);
    }
    if (!definition.sections.includes(section)) {
      const allowed = definition.sections.join(', ');
      throw new PolicyDocumentError(position, name, `isn't allowed in ${section}; allowed in: ${allowed}.`);
    }
    if (definition.scopes && !definition.scopes.includes(scope)) {
      const allowed = definition.scopes.join(', ');
      const problem = `isn't allowed in the scope ${scope}; allowed in: ${allowed}.`;
      throw new PolicyDocumentError(position, name, problem);
    }
    if (definition.once && this.place.seenOnce.has(name))
      throw new PolicyDocumentError(position, name, `is allowed only once in ${section}.`);
    this.place.seenOnce.add(name);
    checkElement(element, definition, true);
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
    if (!this.#readsResponseBody) return action;
    return async (exchange: Exchange) => {
      await exchange.response?.body.buffer();
      await action(exchange);
    };
  }
}

function joinPath(path: string, step: string): string {
  return path === '' ? step : `${path}/${step}`;
}

/** `choose[3]` for the third of several; `choose` for the only one of its name. */
function pathStep(element: PolicyElement, siblings: readonly PolicyElement[]): string {
  const same = siblings.filter(({ name }) => name === element.name);
  return same.length > 1 ? `${element.name}[${same.indexOf(element) + 1}]` : element.name;
}
