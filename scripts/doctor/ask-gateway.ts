import { broken, type Finding, notVisible } from '../../src/doctor/finding.ts';
import { DoctorReport, type LegName } from '../../src/doctor/report.ts';

/** A gateway, and the operator who asks it. */
export interface AskedGateway {
  /** The gateway's address, without a slash at its end. */
  readonly url: string;
  /** The headers by which the gateway knows the operator. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The refusal of a gateway that gave no report: the leg that it tells about, and what it tells. */
export interface Refusal {
  readonly leg: LegName;
  readonly finding: Finding;
}

const TIMEOUT_IN_MS = 120_000;

/** Asks a gateway for its own report. */
export async function askGateway({ url, headers }: AskedGateway): Promise<DoctorReport | Refusal> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(`${url}/gateway/v1/doctor`, { headers, signal: AbortSignal.timeout(TIMEOUT_IN_MS) });
    text = await answer.text();
  } catch {
    return {
      leg: 'edge-identity',
      finding: broken(`The gateway at ${url} does not answer.`, [
        'Compare the address: az apim show --name SERVICE --resource-group GROUP --query gatewayUrl',
        'A gateway in a private network is reached from inside it alone.',
      ]),
    };
  }
  if (answer.status === 200) {
    const report = DoctorReport.safeParse(parse(text));
    if (report.success) return report.data;
  }
  return readRefusal(answer.status, codeIn(text));
}

/** Tells a refusal from a report. */
export function isRefusal(asked: DoctorReport | Refusal): asked is Refusal {
  return 'finding' in asked;
}

function readRefusal(status: number, code: string): Refusal {
  const said = `The gateway answers ${status} (${code}).`;
  switch (code) {
    case 'CALLER_NOT_AUTHENTICATED':
      return {
        leg: 'edge-identity',
        finding: broken(`${said} The function app does not take API Management’s token for its own.`, [
          'Set API_MANAGEMENT_OBJECT_ID: az apim show --name SERVICE --resource-group GROUP --query identity',
          'Compare API_MANAGEMENT_AUDIENCE with the named value functions-audience, and API_MANAGEMENT_ISSUER with the tenant.',
        ]),
      };
    case 'CALLER_VERIFICATION_UNAVAILABLE':
      return {
        leg: 'edge-keys',
        finding: broken(`${said} The function app cannot fetch the signing keys of Entra ID.`, [
          'Compare API_MANAGEMENT_JWKS_URI, and let the function app reach its host.',
        ]),
      };
    case 'BACKEND_UNREACHABLE':
    case 'BACKEND_TIMEOUT':
      return {
        leg: 'edge-named-values',
        finding: broken(`${said} API Management does not reach the function app.`, [
          'az apim nv show --service-name SERVICE --resource-group GROUP --named-value-id function-app-url',
          'az functionapp show --name APP --resource-group GROUP --query state',
        ]),
      };
    default:
      return {
        leg: 'edge-identity',
        finding: notVisible(`${said} Only operators may ask it.`, [
          'GATEWAY_TOKEN must be a token for the gateway’s API with a role under operators of governance/access.yaml, and GATEWAY_KEY the key of the application’s own APIM subscription.',
        ]),
      };
  }
}

/** The code of the gateway's error, and nothing else of it. */
function codeIn(text: string): string {
  const { code } = (parse(text) ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^[A-Z_]{1,60}$/.test(code) ? code : 'no code';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
