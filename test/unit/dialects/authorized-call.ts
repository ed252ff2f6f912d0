import type { AuthorizedCall } from '../../../src/governance/decide.ts';

/** An authorized call in the sample project, whose caller may do nothing else. */
export function authorizedCall(changes: Partial<AuthorizedCall> = {}): AuthorizedCall {
  const call: Partial<AuthorizedCall> = {
    project: 'sample-project',
    location: 'us-central1',
    resource: { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' },
    owner: { team: 'team' },
    owners: [{ team: 'team' }],
    reaches: ({ team }) => team === 'team',
    isHere: (project, location) =>
      ['sample-project', '123456789012'].includes(project) && location === 'us-central1',
    may: () => false,
    judgePlace: () => 'not-allowed',
    judgeTool: () => 'not-allowed',
    ...changes,
  };
  // Only a decision makes a real one.
  return call as AuthorizedCall;
}
