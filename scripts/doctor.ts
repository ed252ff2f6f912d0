import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ENVIRONMENT_FILE, readEnvironment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { describeReport } from '../src/doctor/describe-report.ts';
import type { DoctorReport } from '../src/doctor/report.ts';
import { askGateway, isRefusal } from './doctor/ask-gateway.ts';
import { doctorOfChain, doctorOfDeveloper } from './doctor/examine-here.ts';
import { joinReports } from './doctor/join-reports.ts';
import { runCommand } from './run-command.ts';
import { getSampleToken } from './sample-token.ts';

const USAGE = `Usage: npm run doctor [-- --url https://gateway.example.com] [--json]
Without --url the chain of npm start is examined while it runs, with the function app's identity. When it does not
run, the function app's settings are read from the environment and examined with your own rights of az and gcloud.
With --url a deployed gateway examines itself. GATEWAY_TOKEN in the environment is an operator's token then, and
GATEWAY_KEY its subscription key.`;

const OPERATOR = 'operator-app';

/** Prints what works on the way to Google and to the audit trail, leg by leg, and fails when a leg is broken. */
async function run(): Promise<string | undefined> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      json: { type: 'boolean', default: false },
      'environment-file': { type: 'string' },
    },
  });
  const { url } = values;
  const report =
    url === undefined ? await examineFromHere(values['environment-file']) : await askDeployed(url);
  const text = values.json ? JSON.stringify(report, null, 2) : describeReport(report);
  if (report.isWell) return text;
  console.log(text);
  process.exitCode = 1;
  return undefined;
}

async function askDeployed(url: string): Promise<DoctorReport> {
  const { GATEWAY_TOKEN: token, GATEWAY_KEY: key } = process.env;
  if (!URL.canParse(url)) throw new Error(`The gateway's address is not one.\n${USAGE}`);
  const asked = await askGateway({
    url: url.replace(/\/$/, ''),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'ocp-apim-subscription-key': key }),
    },
  });
  if (!isRefusal(asked)) return asked;
  const { summary, remedies = [] } = asked.finding;
  throw new Error([summary, ...remedies.map((remedy) => `  ${remedy}`)].join('\n'));
}

async function examineFromHere(environmentFile: string | undefined): Promise<DoctorReport> {
  const environment = readEnvironment(environmentFile ?? join(import.meta.dirname, '..', ENVIRONMENT_FILE));
  if (!environment) return doctorOfDeveloper(process.env).examine(undefined);
  const here = await doctorOfChain(environment).examine(undefined);
  const gateway = await askGateway({
    url: environment.gatewayUrl,
    headers: {
      authorization: `Bearer ${await getSampleToken(environment, OPERATOR)}`,
      'ocp-apim-subscription-key': environment.applications[OPERATOR]?.subscriptionKey ?? '',
    },
  });
  return joinReports(here, gateway);
}

await runCommand(run, USAGE);
