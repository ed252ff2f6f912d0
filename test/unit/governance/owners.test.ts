import fc from 'fast-check';
import type { Principal } from '../../../src/governance/call-target.ts';
import type { Agent } from '../../../src/governance/documents.ts';
import {
  restrictToTeam,
  labelOf,
  reaches,
  teamOfSubscription,
  type Owner,
} from '../../../src/governance/owners.ts';
import { governanceOf, modelEntry } from './governance-of.ts';

const ROLES = ['Team.Use', 'Other', 'Third_one', 'Bot'];
const AGENT_IDS = ['66666666-6666-4666-8666-666666666666', '77777777-7777-4777-8777-777777777777'];
const LABEL = /^[a-z0-9_-]{1,63}$/;
const TARGET = {
  project: 'sample-project',
  location: 'us-central1',
  operation: 'generateContent',
  resource: { kind: 'name', name: 'flash' },
} as const;

const roles = fc.subarray([...ROLES, 'Unknown', '__proto__']);
const agents: fc.Arbitrary<Agent[]> = fc
  .array(fc.subarray(ROLES, { minLength: 1 }), { maxLength: 2 })
  .map((each) =>
    each.map((held, index) => ({
      id: `Bot.${index}`,
      reason: 'Tests.',
      roles: held,
      applicationId: AGENT_IDS[index] ?? '',
    })),
  );
const anyOwner: fc.Arbitrary<Owner> = fc.record(
  {
    team: fc.constantFrom(...ROLES.map(labelOf), '_key', '_other', '', 'unknown'),
    agent: fc.constantFrom('bot-0', 'bot-1', 'bot-2', ''),
  },
  { requiredKeys: ['team'] },
);

function governed(of: readonly Agent[]) {
  return governanceOf({
    entries: [modelEntry()],
    grants: [{ id: 'all', reason: 'Tests.', roles: ROLES, entries: ['flash'] }],
    agents: [...of],
  });
}

function alone(held: readonly string[]): Principal {
  return { roles: held, applicationId: 'no-agent', isDelegated: false };
}

function delegated(held: readonly string[], applicationId: string): Principal {
  return { roles: held, applicationId, isDelegated: true };
}

test('an agent that acts for a person reaches nothing that the person does not, nor what the agent does not', () => {
  fc.assert(
    fc.property(agents, roles, fc.constantFrom(...AGENT_IDS, 'x'), anyOwner, (all, held, id, owner) => {
      const governance = governed(all);
      if (!reaches(governance.ownersOf(delegated(held, id)), owner)) return;
      const agent = all.find(({ applicationId }) => applicationId === id);
      expect(reaches(governance.ownersOf(alone(held)), owner)).toBe(true);
      const isOfAgent = owner.agent !== undefined && owner.agent === labelOf(agent?.id ?? '');
      expect(isOfAgent || reaches(governance.ownersOf(alone(agent?.roles ?? [])), owner)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('an agent reaches all that both reach, and all that it made for the person’s teams', () => {
  fc.assert(
    fc.property(agents, roles, anyOwner, (all, held, owner) => {
      const governance = governed(all);
      for (const agent of all) {
        const both = [held, agent.roles].every((one) => reaches(governance.ownersOf(alone(one)), owner));
        const isMade = owner.agent === labelOf(agent.id) && reaches(governance.ownersOf(alone(held)), owner);
        if (both || isMade)
          expect(reaches(governance.ownersOf(delegated(held, agent.applicationId)), owner)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what a call makes is reached by whoever made it and, where an agent did, by the person’s team', () => {
  fc.assert(
    fc.property(agents, roles, fc.constantFrom(...AGENT_IDS), fc.boolean(), (all, held, id, isDelegated) => {
      const governance = governed(all);
      const who = isDelegated ? delegated(held, id) : alone(held);
      const decision = governance.decide(who, TARGET);
      if (!decision.allowed) return;
      const { owner } = decision.call;
      expect(reaches(governance.ownersOf(who), owner)).toBe(true);
      expect(reaches(governance.ownersOf(alone(held)), owner)).toBe(true);
      expect(owner.agent === undefined).toBe(!isDelegated);
      const others = all.filter(({ applicationId }) => applicationId !== id);
      for (const other of others) {
        const isOfTeam = other.roles.map(labelOf).includes(owner.team);
        expect(reaches(governance.ownersOf(delegated(held, other.applicationId)), owner)).toBe(isOfTeam);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what an agent makes for itself is all of its team’s, and what it makes for a person is its own', () => {
  const [applicationId = ''] = AGENT_IDS;
  const governance = governed([{ id: 'Bot.0', reason: 'Tests.', roles: ['Other'], applicationId }]);
  const ownerFor = (principal: Principal) => {
    const decision = governance.decide(principal, TARGET);
    if (!decision.allowed) throw new Error(decision.reason);
    return decision.call.owner;
  };
  expect(ownerFor({ ...alone(['Other']), applicationId })).toEqual({ team: 'other' });
  expect(ownerFor(delegated(['Other'], applicationId))).toEqual({ team: 'other', agent: 'bot-0' });
});

test('an application that is no known agent reaches nothing for people', () => {
  expect(governed([]).ownersOf(delegated(ROLES, AGENT_IDS[0] ?? ''))).toEqual([]);
});

/** A caller without a token, as the edge stamps it: with the roles of the product. */
function keyOnly(subscriptionId: string): Principal {
  return { ...alone(ROLES), identityProvider: 'subscription-key', applicationId: '', subscriptionId };
}

test('key-only callers reach what their own APIM subscription made, and nothing of the roles that they have', () => {
  const governance = governed([]);
  const decision = governance.decide(keyOnly('one'), TARGET);
  if (!decision.allowed) throw new Error('denied');
  const { owner } = decision.call;
  expect(owner).toEqual({ team: '_one' });
  expect(reaches(governance.ownersOf(keyOnly('one')), owner)).toBe(true);
  for (const other of [keyOnly('two'), keyOnly('One'), keyOnly('_one'), alone(ROLES), alone(['_one', 'one'])])
    expect(reaches(governance.ownersOf(other), owner)).toBe(false);
  for (const role of ROLES)
    expect(reaches(governance.ownersOf(keyOnly('one')), { team: labelOf(role) })).toBe(false);
});

test('a token’s holder is of no APIM subscription’s team', () => {
  const holder = { ...alone(['Other']), identityProvider: 'entra', subscriptionId: 'one' };
  expect(governed([]).ownersOf(holder)).toEqual([{ team: 'other' }]);
});

test('every APIM subscription has a team of its own, which is a label and no role’s', () => {
  const anyId = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,255}$/),
    fc.stringMatching(/^[a-z0-9_-]{1,64}$/),
    fc.string({ minLength: 1, maxLength: 256 }),
    fc.constantFrom(
      '_a',
      '__a',
      'a',
      'A',
      'a.b',
      'a-b',
      'a_b',
      'a'.repeat(61),
      'a'.repeat(62),
      'a'.repeat(256),
    ),
  );
  fc.assert(
    fc.property(anyId, anyId, (one, other) => {
      const [team, otherTeam] = [teamOfSubscription(one), teamOfSubscription(other)];
      expect(team).toMatch(LABEL);
      expect(team).toMatch(/^_/);
      expect(team === otherTeam).toBe(one === other);
      expect(teamOfSubscription(team)).not.toBe(team);
    }),
    { numRuns: 5_000 },
  );
});

test('a subscription’s team can be read where its id is a label', () => {
  expect(teamOfSubscription('sandbox-app')).toBe('_sandbox-app');
  expect(teamOfSubscription('Sandbox.App')).toMatch(/^__[0-9a-f]{60}$/);
});

test('what goes into a context cache is judged by the role whose team goes on from it, and by what forbids', () => {
  const held = { ...alone(['Team.Use', 'Other', 'Kept']), idleRoles: ['Idle'] };
  const maker = restrictToTeam(held, 'cacheContent', { team: labelOf('Other') });
  expect(maker).toMatchObject({ roles: ['Other'], idleRoles: ['Idle', 'Team.Use', 'Kept'] });
  expect(restrictToTeam(held, 'generateContent', { team: labelOf('Other') })).toBe(held);
  const governance = governanceOf({
    entries: [modelEntry()],
    grants: [{ id: 'all', reason: 'Tests.', roles: ['Team.Use', 'Other', 'Kept'], entries: ['flash'] }],
    residency: [{ id: 'kept', reason: 'Tests.', roles: ['Kept'], locations: ['us-central1'] }],
    storage: [{ id: 'files', reason: 'Tests.', roles: ['Team.Use'], inputs: ['gs://team'] }],
    tools: [
      { id: 'code', reason: 'Tests.', roles: ['Team.Use'], use: ['codeExecution'] },
      { id: 'search', reason: 'Tests.', roles: ['Other'], use: ['googleSearch'] },
    ],
  });
  const judge = (principal: Principal, tool: 'codeExecution' | 'googleSearch') =>
    governance.judgeTool(principal, { tool, sources: [], location: 'us-central1' });
  expect(governance.judgePlace(held, 'inputs', 'gs://team/file')).toBe('allowed');
  expect(governance.judgePlace(maker, 'inputs', 'gs://team/file')).toBe('not-allowed');
  expect([judge(held, 'codeExecution'), judge(maker, 'codeExecution')]).toEqual(['allowed', 'not-allowed']);
  expect(judge(maker, 'googleSearch')).toBe('outside-residency');
});
