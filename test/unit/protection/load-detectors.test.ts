import type { Finding } from '../../../src/prediction/finding.ts';
import { readJsonAtOnce } from '../../../src/json/read-json.ts';
import { createProtection } from '../../../src/protection/create-protection.ts';
import { loadDetectors } from '../../../src/protection/load-detectors.ts';
import { CIRCUMSTANCES, NO_SERVICES } from './fake-services.ts';

const CUSTOMER = {
  name: 'customer-number',
  title: 'a customer number',
  placeholder: 'CUSTOMER',
  pattern: 'KD-[0-9]{6}',
};

test('own detectors find beside the built-in ones, with words of their own', async () => {
  const rule = { id: 'customers', reason: 'Customers stay.' };
  const plan = {
    kinds: new Map([
      ['customer-number', { action: 'redact' as const, rule }],
      ['iban', { action: 'redact' as const, rule }],
    ]),
    refusedMedia: new Map(),
    services: [],
  };
  const findings: Finding[] = [];
  const body = Buffer.from('{"messages":[{"content":"KD-123456 pays from DE89 3704 0044 0532 0130 00."}]}');
  const changed = await createProtection(loadDetectors([CUSTOMER]), NO_SERVICES, [CUSTOMER])
    .begin({ request: plan, response: undefined }, (finding) => findings.push(finding), CIRCUMSTANCES)
    .protectRequest({ body, json: readJsonAtOnce(body), contentType: null, query: new URLSearchParams() });
  expect(Buffer.from(changed ?? []).toString()).toBe(
    '{"messages":[{"content":"[CUSTOMER_1] pays from [IBAN_1]."}]}',
  );
  expect(findings.map(({ kind }) => kind)).toEqual(['customer-number', 'iban']);
});
