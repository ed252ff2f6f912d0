import type { GrantedCall } from '../../../src/prediction/prediction.ts';
import { CALLER } from '../prediction/one-call.ts';

/** A granted call in the sample project, to which everything else is refused. */
export function grantedCall(changes: Partial<GrantedCall> = {}): GrantedCall {
  return {
    project: 'sample-project',
    location: 'us-central1',
    resource: { kind: 'model', publisher: 'google', model: 'gemini-2.5-flash' },
    caller: CALLER,
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
}
