import { z } from 'zod';
import { LedgerEntry } from '../../src/ledger/ledger-entry.ts';
import { ShippingCursor } from '../../src/shipping/shipping-cursor.ts';
import { VerificationReport } from '../../src/verification/report.ts';

test.each([
  ['reports', VerificationReport],
  ['entries', LedgerEntry],
  ['cursors', ShippingCursor],
])('descriptions in the schema of %s begin with the thing that they describe', (_, schema: z.ZodType) => {
  const descriptions = JSON.stringify(z.toJSONSchema(schema)).match(/(?<="description":")[^"]+/g) ?? [];
  expect(descriptions.length).toBeGreaterThan(3);
  expect(descriptions.filter((text) => /^(?:What|Whe|Who|How|Which|Of|Their|Up to)\b/.test(text))).toEqual(
    [],
  );
});
