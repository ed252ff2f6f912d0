import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import type { ElementRule } from './policy.ts';

/** The attributes of the element `dimension`. */
export const DIMENSION_RULE: ElementRule = { attributes: { name: { required: true }, value: {} } };

const DEFAULT_NAMESPACE = 'API Management';
/** "You can configure at most 5 custom dimensions for this policy." */
const MAXIMUM_CUSTOM_DIMENSIONS = 5;

/** The dimensions that need no value of their own. */
const DEFAULTS: Readonly<Record<string, (exchange: Exchange) => string>> = {
  'API ID': ({ api }) => api.id,
  'Operation ID': ({ operation }) => operation.id,
  'Product ID': ({ product }) => product?.id ?? '',
  'User ID': () => '',
  'Subscription ID': ({ subscription }) => subscription?.id ?? '',
  Location: ({ deployment }) => deployment.region,
  'Gateway ID': ({ deployment }) => deployment.gatewayId,
  'Backend ID': ({ backendId }) => backendId,
};

/** Sends a metric of the policy's namespace; its dimensions are evaluated then. */
export type EmitMetric = (exchange: Exchange, name: string, value: number) => void;

/** @throws {PolicyDocumentError} for too many dimensions, or one that has neither a value nor a known name. */
export function compileMetric(element: PolicyElement, compiler: PolicyCompiler): EmitMetric {
  const namespace = compiler.literal(element, 'namespace') ?? DEFAULT_NAMESPACE;
  const dimensions = element.children.map((child) => compileDimension(child, compiler));
  const custom = element.children.filter(({ attributes }) => attributes.has('value'));
  const tooMany = custom[MAXIMUM_CUSTOM_DIMENSIONS];
  if (tooMany)
    throw new PolicyDocumentError(
      tooMany.position,
      tooMany.name,
      `is too many: ${MAXIMUM_CUSTOM_DIMENSIONS} custom dimensions are allowed.`,
    );
  const { emitMetric, now } = compiler.services;
  return (exchange, name, value) => {
    emitMetric({
      time: new Date(now()),
      namespace,
      name,
      value,
      dimensions: Object.fromEntries(dimensions.map((dimension) => dimension(exchange))),
      requestId: exchange.requestId,
      operationId: exchange.correlation.operationId,
    });
  };
}

function compileDimension(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (exchange: Exchange) => [string, string] {
  const name = compiler.requiredValue(element, 'name');
  const value = compiler.value(element, 'value');
  if (value) return (exchange) => [name.text(exchange), value.text(exchange)];
  if (name.literal === undefined || !DEFAULTS[name.literal])
    throw new PolicyDocumentError(
      element.position,
      element.name,
      `needs a value, unless its name is one of ${Object.keys(DEFAULTS).join(', ')}.`,
    );
  const read = DEFAULTS[name.literal];
  return (exchange) => [name.text(exchange), read?.(exchange) ?? ''];
}
