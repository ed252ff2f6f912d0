import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement, PolicyText } from '../documents/policy-element.ts';
import { replaceNamedValues } from '../documents/replace-named-values.ts';
import { startsExpression } from '../documents/scan-expression.ts';
import type { ExpressionCompiler } from '@vertex-ai-gateway/csharp-expressions/compile';
import { mayBeBoolean, mayBeNumber } from './expression-result.ts';
import { compileValue } from './policy-value.ts';
import type { PolicyValue } from './policy-value.ts';

/** The setting that values are read with. */
interface ValueSetting {
  readonly expressions: ExpressionCompiler;
  readonly namedValues: ReadonlyMap<string, string>;
}

/**
 * Reads the attributes and texts of policies, named values in place. All of it throws a PolicyDocumentError that has
 * the place of a value that isn't what it should be.
 */
export class ValueReader {
  readonly #setting: ValueSetting;
  #readsResponseBody = false;

  constructor(setting: ValueSetting) {
    this.#setting = setting;
  }

  /** True when any of the expressions so far reads the response's body. */
  get readsResponseBody(): boolean {
    return this.#readsResponseBody;
  }

  /** The attribute's value, or undefined when it isn't there. */
  value(element: PolicyElement, attribute: string): PolicyValue | undefined {
    const text = element.attributes.get(attribute);
    return text && this.compileText(text, element.name);
  }

  /** The value of an attribute that the policy's rule requires. */
  requiredValue(element: PolicyElement, attribute: string): PolicyValue {
    return this.value(element, attribute) ?? missing(element, attribute);
  }

  /** A Boolean: a literal, or an expression that may give one. */
  condition(element: PolicyElement, attribute: string): PolicyValue | undefined {
    const value = this.value(element, attribute);
    if (!value) return undefined;
    if (value.literal !== undefined && !/^(true|false)$/i.test(value.literal))
      this.refuse(element, attribute, 'is an expression, true, or false.');
    if (value.literal === undefined && !mayBeBoolean(value.resultType))
      this.refuse(element, attribute, `is a Boolean; this expression gives a ${value.resultType}.`);
    return value;
  }

  requiredCondition(element: PolicyElement, attribute: string): PolicyValue {
    return this.condition(element, attribute) ?? missing(element, attribute);
  }

  /** A whole number: a literal within bounds, or an expression that may give one. */
  count(
    element: PolicyElement,
    attribute: string,
    minimum: number,
    maximum: number,
  ): PolicyValue | undefined {
    const value = this.value(element, attribute);
    if (!value) return undefined;
    if (value.literal !== undefined) this.wholeNumber(element, attribute, minimum, maximum);
    else if (!mayBeNumber(value.resultType))
      this.refuse(element, attribute, `is a whole number; this expression gives a ${value.resultType}.`);
    return value;
  }

  requiredCount(element: PolicyElement, attribute: string, minimum: number, maximum: number): PolicyValue {
    return this.count(element, attribute, minimum, maximum) ?? missing(element, attribute);
  }

  /** An attribute that can't be an expression. */
  literal(element: PolicyElement, attribute: string): string | undefined {
    const text = element.attributes.get(attribute);
    return text && replaceNamedValues(text, this.#setting.namedValues, element.name).value;
  }

  /** An element's text where it can't be an expression. */
  literalText(element: PolicyElement): string {
    const { value, position } = replaceNamedValues(element.text, this.#setting.namedValues, element.name);
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
    if (Number.isSafeInteger(number) && number >= minimum && number <= maximum) return number;
    const bounds = Number.isFinite(maximum) ? `from ${minimum} to ${maximum}` : `of at least ${minimum}`;
    return this.refuse(element, attribute, `is a whole number ${bounds}.`);
  }

  compileText(text: PolicyText, element: string): PolicyValue {
    const replaced = replaceNamedValues(text, this.#setting.namedValues, element);
    const value = compileValue(replaced, element, this.#setting.expressions);
    this.#readsResponseBody ||= value.readsResponseBody;
    return value;
  }

  /** Refuses the value of an attribute, where it stands. */
  refuse(element: PolicyElement, attribute: string, problem: string): never {
    const position = element.attributes.get(attribute)?.position ?? element.position;
    throw new PolicyDocumentError(position, element.name, `"${attribute}" ${problem}`);
  }
}

function missing(element: PolicyElement, attribute: string): never {
  throw new PolicyDocumentError(element.position, element.name, `needs the attribute "${attribute}".`);
}
