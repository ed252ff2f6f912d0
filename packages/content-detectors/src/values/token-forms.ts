/** A token that its form tells. */
export interface TokenForm {
  readonly kind: string;
  /** The characters that it begins with. */
  readonly prefix: string;
  /** The pattern of the rest. */
  readonly rest: string;
}

const END = '(?![\\w-])';

function forms(kind: string, rows: readonly (readonly [prefix: string, rest: string])[]): TokenForm[] {
  return rows.map(([prefix, rest]) => ({ kind, prefix, rest }));
}

/**
 * Forms of tokens as their issuers document them.
 * GitHub: https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats
 * GitLab: https://docs.gitlab.com/security/tokens/#token-prefixes
 * Slack: https://docs.slack.dev/authentication/tokens
 * AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 * Google: https://cloud.google.com/docs/authentication/api-keys
 * Stripe: https://docs.stripe.com/keys
 * npm: https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format
 * Twilio: https://www.twilio.com/docs/glossary/what-is-a-sid
 * JWT: https://www.rfc-editor.org/rfc/rfc7519, https://www.rfc-editor.org/rfc/rfc7516
 */
export const TOKEN_FORMS: readonly TokenForm[] = [
  ...forms('jwt', [
    ['eyJ', '[\\w-]{10,4000}\\.[\\w-]{2,4000}\\.[\\w-]{10,1000}(?:\\.[\\w-]{0,4000}\\.[\\w-]{10,100})?'],
    ['eyJ', '[\\w-]{10,4000}\\.\\.[\\w-]{10,100}\\.[\\w-]{10,4000}\\.[\\w-]{10,100}'],
  ]),
  ...forms('aws-key', [
    ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => [prefix, '[A-Z2-7]{16}(?![A-Za-z0-9])'] as const),
    ['ABSK', '[A-Za-z0-9+/]{109,269}={0,2}'],
    ['bedrock-api-key-', '[A-Za-z0-9+/=-]{20,2000}'],
  ]),
  ...forms('google-key', [
    ['AIza', '[\\w-]{35}' + END],
    ['GOCSPX-', '[\\w-]{28}' + END],
    ['ya29.', '[\\w.-]{20,2000}'],
    ['AQ.Ab', '[\\w-]{30,100}' + END],
    ['1//0', '[\\w-]{40,200}' + END],
  ]),
  ...forms('github-token', [
    ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map(
      (prefix) => [prefix, '[A-Za-z0-9]{36,251}(?![A-Za-z0-9])'] as const,
    ),
    ['github_pat_', '\\w{82}(?!\\w)'],
    ['github_pat_', '\\w{22}_\\w{59}(?!\\w)'],
  ]),
  ...forms('gitlab-token', [
    ...[
      'glpat-',
      'gldt-',
      'glrt-',
      'glptt-',
      'glft-',
      'glimt-',
      'glagent-',
      'gloas-',
      'glsoat-',
      'glffct-',
      'glcbt-',
    ].map((prefix) => [prefix, '[\\w.-]{19,299}\\w' + END] as const),
    ['GR1348941', '[\\w-]{20}' + END],
  ]),
  ...forms('slack-token', [
    ['xoxb-', '\\d{8,14}-[A-Za-z0-9-]{10,80}'],
    ['xoxp-', '\\d{8,14}-[A-Za-z0-9-]{20,120}'],
    ['xoxe.xox', '[bp]-\\d-[A-Za-z0-9]{100,200}'],
    ['xoxe-', '\\d{1,14}-[A-Za-z0-9-]{20,200}'],
    ...['xoxa-', 'xoxr-'].map((prefix) => [prefix, '(?:\\d-)?(?:\\d{8,14}-){0,3}[A-Za-z0-9]{8,80}'] as const),
    ...['xoxs-', 'xoxo-'].map((prefix) => [prefix, '\\d{1,14}-[A-Za-z0-9-]{10,120}'] as const),
    ['xapp-', '\\d-[A-Z0-9]{5,20}-\\d{5,20}-[a-fA-F0-9]{20,80}'],
    ['hooks.slack.com/', '(?:services|workflows|triggers)/[A-Za-z0-9+/]{30,80}'],
  ]),
  ...forms('stripe-key', [
    ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'sk_prod_', 'rk_prod_'].map(
      (prefix) => [prefix, '[A-Za-z0-9]{10,250}(?!\\w)'] as const,
    ),
    ['whsec_', '[A-Za-z0-9+/]{24,64}={0,2}'],
  ]),
  ...forms('anthropic-key', [['sk-ant-', '(?:(?:api|admin|oat|ort|sid)\\d\\d-)?[\\w-]{20,200}' + END]]),
  ...forms('openai-key', [
    ['sk-', '(?:proj|svcacct|admin|None)-[\\w-]{20,250}' + END],
    ['sk-', '(?=\\w{0,50}\\d)(?=\\w{0,50}[A-Z])[A-Za-z0-9]{40,64}(?![\\w-])'],
    ['sess-', '[A-Za-z0-9]{40}' + END],
  ]),
  ...forms('npm-token', [['npm_', '[A-Za-z0-9]{36}(?!\\w)']]),
  ...forms('pypi-token', [['pypi-', 'AgE[\\w-]{40,1000}']]),
  ...forms('twilio-key', [['SK', '[0-9a-f]{32}(?!\\w)']]),
  ...forms('sendgrid-key', [['SG.', '[\\w-]{16,32}\\.[\\w-]{32,64}' + END]]),
  ...forms('azure-secret', [
    ['sig=', '[A-Za-z0-9+/]{43}='],
    ['AccountKey=', '[A-Za-z0-9+/]{86}=='],
    ['SharedAccessKey=', '[A-Za-z0-9+/]{30,88}={0,2}'],
    ['AccessKey=', '[A-Za-z0-9+/]{40,90}={0,2}'],
    ['SharedAccessSignature=', '\\S{40,400}'],
  ]),
  ...forms('service-token', [
    ['hf_', '[A-Za-z0-9]{34}(?!\\w)'],
    ['api_org_', '[A-Za-z]{34}(?!\\w)'],
    ['dop_v1_', '[a-f0-9]{64}'],
    ['doo_v1_', '[a-f0-9]{64}'],
    ['dor_v1_', '[a-f0-9]{64}'],
    ...['shpat_', 'shpca_', 'shppa_', 'shpss_'].map((prefix) => [prefix, '[A-Za-z0-9]{32,38}'] as const),
    ['dapi', '(?:[a-f0-9]{32}|[A-F0-9]{32})(?:-\\d)?' + END],
    ...['cfut_', 'cfk_', 'cfat_'].map((prefix) => [prefix, '[A-Za-z0-9]{40,60}' + END] as const),
    ['tskey-', '[a-z]{2,12}-[A-Za-z0-9]{10,20}-[A-Za-z0-9]{20,40}' + END],
    ...['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'].map(
      (prefix) => [prefix, '[A-Za-z0-9]{40,60}' + END] as const,
    ),
    ['dckr_pat_', '[\\w-]{27}' + END],
    ['hvs.', '[\\w-]{24,120}' + END],
    ['hvb.', '[\\w-]{100,300}' + END],
    ['glsa_', '[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}' + END],
    ['glc_', '[A-Za-z0-9+/]{32,400}={0,3}'],
    ['lin_api_', '[A-Za-z0-9]{40}'],
    ['PMAK-', '[a-f0-9]{24}-[a-f0-9]{34}'],
    ['pul-', '[a-f0-9]{40}' + END],
    ['rubygems_', '[a-f0-9]{48}'],
    ['sntryu_', '[a-f0-9]{64}'],
    ['sntrys_', 'eyJ[A-Za-z0-9+/=_-]{40,400}'],
    ['ntn_', '\\d{11}[A-Za-z0-9]{35}'],
    ['secret_', '[A-Za-z0-9]{43}(?!\\w)'],
    ['figd_', '[\\w-]{40}' + END],
    ['xkeysib-', '[a-f0-9]{64}-[A-Za-z0-9]{16}'],
    ['key-', '[a-f0-9]{32}' + END],
    ['pplx-', '[A-Za-z0-9]{48}' + END],
    ['gsk_', '[A-Za-z0-9]{52}(?!\\w)'],
    ['xai-', '[A-Za-z0-9]{60,90}(?!\\w)'],
    ['r8_', '[A-Za-z0-9]{37}(?!\\w)'],
    ['nfp_', '[A-Za-z0-9]{36}(?!\\w)'],
    ['s-s4t2', '(?:ud|af)-[a-f0-9]{64}' + END],
    ['sbp_', '[a-f0-9]{40}(?!\\w)'],
    ['NRAK-', '[A-Z0-9]{27}' + END],
    ['NRII-', '[\\w-]{32}' + END],
    ['EAAA', '[\\w-]{56,60}' + END],
    ['sq0atp-', '[\\w-]{22}' + END],
    ['sq0csp-', '[\\w-]{43}' + END],
    ['AKCp', '[A-Za-z0-9]{69}(?!\\w)'],
    ['cmVmd', '[A-Za-z0-9]{59}(?!\\w)'],
    ['ATATT3', '[\\w=-]{150,250}'],
    ['ATBB', '[A-Za-z0-9]{32}' + END],
    ['dp.pt.', '[A-Za-z0-9]{40,44}' + END],
    ['dp.st.', '[\\w.-]{40,80}' + END],
    ['dt0c01.', '[A-Z0-9]{24}\\.[A-Z0-9]{64}'],
    ['pscale_', '(?:tkn|pw|oauth)_[\\w=.-]{32,64}'],
    ['fo1_', '[\\w-]{43}' + END],
    ['fm2_', '[A-Za-z0-9+/]{100,1000}={0,3}'],
    ['tfp_', '[\\w.=-]{40,80}'],
    ['CLOJARS_', '[a-z0-9]{60}'],
    ['AGE-SECRET-KEY-1', '[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'],
    ['A3-', '[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}' + END],
    ['ops_eyJ', '[A-Za-z0-9+/]{250,2000}={0,3}'],
    ['HRKU-AA', '[\\w-]{58}' + END],
    ['shippo_', '(?:live|test)_[a-fA-F0-9]{40}'],
    ['duffel_', '(?:test|live)_[\\w=-]{43}'],
    ['sgp_', '(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}' + END],
    ['API-', '[A-Z0-9]{26}' + END],
    ['LTAI', '[A-Za-z0-9]{20}(?!\\w)'],
    ['v1.0-', '[a-f0-9]{24}-[a-f0-9]{146}'],
    ['sha256~', '[\\w-]{43}' + END],
    ['rdme_', '[a-z0-9]{70}'],
    ['pnu_', '[A-Za-z0-9]{36}(?!\\w)'],
    ['ico-', '[A-Za-z0-9]{32}(?![\\w.-])'],
    ['EZAK', '[A-Za-z0-9]{54}(?!\\w)'],
    ['EZTK', '[A-Za-z0-9]{54}(?!\\w)'],
    ['FLWSECK_TEST-', '[a-hA-H0-9]{12,32}(?:-X)?'],
    ['FLWSECK-', '[a-hA-H0-9]{12,32}(?:-X)?'],
    ['p8e-', '[A-Za-z0-9]{32}' + END],
    ['tk-us-', '[\\w-]{48}' + END],
    ['fio-u-', '[\\w=-]{64}'],
    ['sm_aat_', '[A-Za-z0-9]{16}(?!\\w)'],
    ['sm_pat_', '[A-Za-z0-9]{16}(?!\\w)'],
    ['sm_sat_', '[A-Za-z0-9]{16}(?!\\w)'],
    ['4b1d', '[A-Za-z0-9]{38}(?!\\w)'],
    ['EAAM', '[A-Za-z0-9]{100,300}(?!\\w)'],
    ['EAAC', '[A-Za-z0-9]{100,300}(?!\\w)'],
    ['oy2', '[a-z0-9]{43}(?!\\w)'],
    ['pat-', '(?:na|eu)\\d-[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}'],
    ['pat', '[A-Za-z0-9]{14}\\.[a-f0-9]{64}' + END],
  ]),
];

/** Forms that no prefix begins: what they contain, how many units stand before it, and the whole. */
export const MARKED_FORMS: readonly { kind: string; mark: string; pattern: RegExp }[] = [
  // https://learn.microsoft.com/purview/sit-defn-client-secret-api-key
  { kind: 'azure-secret', mark: 'Q~', pattern: /[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w~-]|\.\w)/g },
  // https://learn.microsoft.com/purview/sit-defn-azure-storage-account-key: keys that name their service.
  {
    kind: 'azure-secret',
    mark: '==',
    pattern: /[A-Za-z0-9+/]{76}(?:APIM|ACDb|\+(?:ABa|AMC|ASt))[A-Za-z0-9+/]{5}[AQgw]==/g,
  },
  { kind: 'azure-secret', mark: 'AzFu', pattern: /[\w-]{44}AzFu[\w-]{5}[AQgw]==/g },
  { kind: 'azure-secret', mark: 'AzSe', pattern: /(?<!\w)[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}(?!\w)/g },
  { kind: 'azure-secret', mark: 'AzCa', pattern: /[A-Za-z0-9+/]{33}AzCa[A-P][A-Za-z0-9+/]{5}=/g },
  { kind: 'azure-secret', mark: '+A', pattern: /[A-Za-z0-9+/]{33}\+(?:ASb|AEh|ARm)[A-P][A-Za-z0-9+/]{5}=/g },
  { kind: 'azure-secret', mark: 'AIoT', pattern: /[A-Za-z0-9+/]{33}AIoT[A-P][A-Za-z0-9+/]{5}=/g },
  {
    kind: 'azure-secret',
    mark: '+ACR',
    pattern: /(?<!\w)[A-Za-z0-9+/]{42}\+ACR[A-D][A-Za-z0-9+/]{5}(?!\w)/g,
  },
  { kind: 'azure-secret', mark: 'JQQJ99', pattern: /(?<!\w)[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}(?!\w)/g },
  { kind: 'openai-key', mark: 'T3BlbkFJ', pattern: /(?<!\w)sk-[\w-]{20,100}T3BlbkFJ[\w-]{20,100}/g },
  { kind: 'service-token', mark: '.atlasv1.', pattern: /(?<!\w)[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}/g },
  { kind: 'service-token', mark: ':AA', pattern: /(?<![\w:])\d{8,10}:AA[\w-]{32,33}(?![\w-])/g },
  { kind: 'service-token', mark: '_mmk', pattern: /(?<!\w)[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk/g },
  { kind: 'service-token', mark: '-us', pattern: /(?<!\w)[a-f0-9]{32}-us\d{1,2}(?!\w)/g },
  {
    kind: 'service-token',
    mark: '.webhook.office.com/',
    pattern:
      /(?<!\w)[a-z0-9]{1,64}\.webhook\.office\.com\/webhookb2\/[a-z0-9@-]{60,90}\/IncomingWebhook\/[a-z0-9]{32}\/[a-z0-9-]{36}/g,
  },
  {
    kind: 'service-token',
    mark: 'discord',
    pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,72}/g,
  },
  {
    kind: 'service-token',
    mark: '.',
    pattern: /(?<![\w.-])[MNO][A-Za-z\d_-]{23,25}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,38}(?![\w.-])/g,
  },
];
