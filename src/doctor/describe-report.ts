import type { DoctorReport, LegReport } from './report.ts';

const MARKS: Readonly<Record<LegReport['status'], string>> = {
  works: 'works   ',
  broken: 'BROKEN  ',
  'not-tried': '-       ',
  'not-configured': '-       ',
  'not-visible': '?       ',
};

/** Writes a report as text: each leg in a line, and what mends a broken one below it. */
export function describeReport({ examinedAt, sight, isWell, broken, legs }: DoctorReport): string {
  const from =
    sight === 'function-app' ? 'the function app’s own identity' : 'your own rights, from this machine';
  return [
    `Examined at ${examinedAt} with ${from}.`,
    ...legs.flatMap(({ title, status, summary, remedies = [] }) => [
      `${MARKS[status]}${title}: ${summary}`,
      ...(status === 'broken' || status === 'not-visible' ? remedies.map((one) => `            ${one}`) : []),
    ]),
    isWell ? 'Nothing is broken.' : `Broken: ${broken.join(', ')}.`,
  ].join('\n');
}
