import { z } from 'zod';
import { DoctorQuery } from '../../src/dialects/gateway-queries.ts';
import { DoctorReport, LegReport } from '../../src/doctor/report.ts';
import { POLICY_VERSION, WITH_QUERY } from './failures.ts';
import { gatewayComponents } from './gateway-schemas.ts';
import { queryParameters } from './query-parameters.ts';
import type { Operation } from './surface.ts';

LegReport.register(gatewayComponents, { id: 'LegReport' });
DoctorReport.register(gatewayComponents, { id: 'DoctorReport' });
const ReportText = z
  .string()
  .describe('The report as text: one line for each leg.')
  .register(gatewayComponents, { id: 'DoctorReportText' });

/** The operation that says what works on the way to Google and to the audit trail, and what does not. */
export const doctorOperation: Operation = {
  method: 'get',
  path: '/v1/doctor',
  operationId: 'doctor',
  summary: 'Examine the gateway',
  description:
    'For operators: examines each leg of the way from API Management to Vertex AI and to the audit trail, and names what ' +
    'breaks it with the command that mends it. A leg whose precondition is broken is not tried. Several who ask at the ' +
    'same time get one report, which is given again for 15 s.',
  tag: 'questions',
  parameters: queryParameters(DoctorQuery, { format: { example: 'json' } }),
  answer: {
    description: 'The report on every leg. The status is 200 also if legs are broken.',
    content: {
      'application/json': {
        schema: DoctorReport,
        example: {
          version: 1,
          examinedAt: '2025-11-24T16:00:00.000Z',
          sight: 'function-app',
          policyVersion: POLICY_VERSION,
          isWell: false,
          broken: ['attribute-condition'],
          legs: [
            {
              leg: 'attribute-condition',
              title: 'Attribute condition of the provider',
              status: 'broken',
              summary: 'The attribute condition of the pool provider refuses the function app’s identity.',
              remedies: [
                'gcloud iam workload-identity-pools providers update-oidc entra --workload-identity-pool=azure --location=global --project=123456789012 --attribute-condition="assertion.sub==\'SUB\'"',
              ],
            },
            {
              leg: 'token-exchange',
              title: 'Exchange of the token at Google STS',
              status: 'not-tried',
              summary:
                'Not tried, because the leg “Attribute condition of the provider” (attribute-condition) is broken.',
              because: 'attribute-condition',
            },
          ],
        },
      },
      'text/plain': {
        schema: ReportText,
        example: 'works   Settings of the function app: The settings are complete and fit each other.\n',
      },
    },
  },
  failures: WITH_QUERY,
};
