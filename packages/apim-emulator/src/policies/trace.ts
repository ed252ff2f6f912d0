import type { TraceTelemetry } from '../engine/gateway-services.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';

const SEVERITIES = ['verbose', 'information', 'error'] as const;

/** Never sampled away. https://learn.microsoft.com/azure/api-management/trace-policy */
export const trace: PolicyDefinition = {
  name: 'trace',
  sections: SECTIONS,
  attributes: { source: { required: true, literal: true }, severity: { literal: true, oneOf: SEVERITIES } },
  children: {
    message: { holds: 'text' },
    metadata: { attributes: { name: { required: true }, value: { required: true } } },
  },
  required: ['message'],
  compile: (element, compiler) => {
    const source = compiler.literal(element, 'source') ?? '';
    const severity = SEVERITIES.find((one) => one === compiler.literal(element, 'severity')) ?? 'verbose';
    const messages = element.children
      .filter(({ name }) => name === 'message')
      .map((child) => compiler.compileText(child.text, child.name));
    const metadata = element.children
      .filter(({ name }) => name === 'metadata')
      .map((child) => ({
        name: compiler.requiredValue(child, 'name'),
        value: compiler.requiredValue(child, 'value'),
      }));
    const { emitTrace, now } = compiler.services;
    return (exchange) => {
      const telemetry: TraceTelemetry = {
        time: new Date(now()),
        source,
        severity,
        message: messages.map((message) => message.text(exchange).trim()).join('\n'),
        metadata: Object.fromEntries(
          metadata.map(({ name, value }) => [name.text(exchange), value.text(exchange)]),
        ),
        requestId: exchange.requestId,
        operationId: exchange.correlation.operationId,
      };
      emitTrace(telemetry);
      return undefined;
    };
  },
};
