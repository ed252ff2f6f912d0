import { VerificationFinding, VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification';
import { AuditVerifyQuery } from '../../src/dialects/gateway-queries.ts';
import { WITH_QUERY } from './failures.ts';
import { gatewayComponents } from './gateway-schemas.ts';
import { queryParameters } from './query-parameters.ts';
import type { Operation } from './surface.ts';

VerificationFinding.register(gatewayComponents, { id: 'VerificationFinding' });
VerificationReport.register(gatewayComponents, { id: 'VerificationReport' });

/** The operation that verifies that records are complete and unchanged. */
export const verifyOperation: Operation = {
  method: 'get',
  path: '/v1/audit:verify',
  operationId: 'audit-verify',
  summary: 'Verify the ledger',
  description:
    'For auditors: reads the chains of the ledger that were written to in a period, holds them against their own ' +
    'hashes, against Application Insights and against the requests that the edge counted, and names what is wrong. ' +
    'A check of the scope that had to be left out is named too, and then nothing is verified.',
  tag: 'records',
  parameters: queryParameters(AuditVerifyQuery, {
    from: { example: '2025-11-01' },
    to: { example: '2025-11-24T16:00:00Z' },
    graceInMinutes: { example: '10' },
    retentionInDays: { example: '90' },
    ledgerOnly: { example: 'false' },
  }),
  answer: {
    description: 'The report of the verification. The status is 200 also if it lists findings.',
    content: {
      'application/json': {
        schema: VerificationReport,
        example: {
          version: 1,
          verifiedAt: '2025-11-24T16:00:00.000Z',
          from: '2025-11-01T00:00:00.000Z',
          to: '2025-11-24T16:00:00.000Z',
          scope: 'ledger-and-application-insights',
          isIntact: false,
          findings: [
            {
              kind: 'chain-changed',
              writer: '20251124T150000000Z-1a2b3c4d',
              part: 1,
              line: 8,
              sequence: 7,
              message:
                'Entry 7 of 20251124T150000000Z-1a2b3c4d was removed: the entry at line 8 of part 1 follows on entry 7, which is not there.',
            },
          ],
          findingCount: 1,
          chains: 1,
          parts: 1,
          entries: 150,
          young: 0,
          bytes: 165_000,
          openings: 60,
          closings: 74,
          unverified: 3,
          open: 0,
          unshipped: 0,
          anchors: 12,
          signatures: 12,
          unsigned: 0,
          comparedRecords: 74,
          requests: 75,
          recordedRequests: 75,
          notChecked: [],
          notRead: [
            'Chains that began before 2025-11-01T00:00:00.000Z, unless a head in the transparency log or an anchor of the ' +
              'period names them. A call that one of them closes too, or an entry that somebody added to one of them, is ' +
              'not found.',
          ],
        },
      },
    },
  },
  failures: [...WITH_QUERY, 501],
};
