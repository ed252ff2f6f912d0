import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { today } from './days.ts';
import { expectErrorBody } from './expect-refusal.ts';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';
import { governanceFolder } from '../support/governance-folder.ts';

const AGENT = `agents:
  - id: okta-agent
    reason: The agent of the assistants team at Okta.
    identityProvider: okta
    applicationId: 0oa1vertexassist0x5d7
    roles: [Sandbox.Use]
`;

/** Calls may have been made on the day before the one on which they are asked about. */
const FIRST_DAY = today();

let observed: ObservedChain;
let directory: string;

beforeAll(async () => {
  observed = await ObservedChain.start();
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
  cpSync(governanceFolder(), directory, { recursive: true });
  const access = readFileSync(join(directory, 'access.yaml'), 'utf8');
  writeFileSync(join(directory, 'access.yaml'), access.replace(/^agents:\n/m, AGENT));
  await observed.chain.restartFunctionApp({ GOVERNANCE_DIRECTORY: directory });
});

afterAll(async () => {
  await observed.stop();
  rmSync(directory, { recursive: true });
});

async function callAs(sub: string, location: string): Promise<Answer> {
  const claims = { sub, uid: '00u1' };
  const minted = await observed.chain.control('okta', 'POST', 'tokens', { application: 'okta-app', claims });
  return observed.call({
    application: 'okta-app',
    path: modelPath('generateContent', { location }),
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }),
    headers: { authorization: `Bearer ${(minted as { access_token: string }).access_token}` },
  });
}

const PEOPLE = ["o'neil@example.com", 'a+b@example.com', 'Ada Sample', 'jürgen', '北京', '100%'];

test.each(PEOPLE)(
  '%j acts through an agent of their own issuer, and is on record by that name',
  async (sub) => {
    const answer = await callAs(sub, 'us');
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    observed.whenRecorded(answer, {
      outcome: 'answered',
      identityProvider: 'okta',
      tenantId: 'okta',
      objectId: sub,
      personId: sub,
      applicationId: '0oa1vertexassist0x5d7',
      agentId: 'okta-agent',
      rule: 'assistants-chat+okta-agent',
    });
  },
);

test('the agent may do no more for them than both may', async () => {
  const answer = await callAs("o'neil@example.com", 'eu');
  expectErrorBody(answer, { status: 403, code: 'AGENT_NOT_ALLOWED' });
  observed.whenRecorded(answer, {
    outcome: 'denied',
    code: 'AGENT_NOT_ALLOWED',
    personId: "o'neil@example.com",
    agentId: 'okta-agent',
  });
});

test.each(PEOPLE)('auditors find the records of %j', async (sub) => {
  await observed.untilOnRecord();
  const answer = await observed.call({
    application: 'auditor-app',
    method: 'GET',
    path: `/gateway/v1/audit?caller=${encodeURIComponent(sub)}&outcome=answered&from=${FIRST_DAY}`,
  });
  expect(answer.status).toBe(200);
  const { records } = JSON.parse(answer.text) as { records: { personId: string }[] };
  expect(records.map(({ personId }) => personId)).toEqual([sub]);
});

test('all calls are on record once', async () => {
  await observed.expectAllOnRecord([]);
});
