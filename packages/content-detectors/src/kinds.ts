/** The groups of kinds, which rules can name in place of each kind in them. */
export const GROUPS = ['personal', 'secret', 'prompt-attack'] as const;
export type Group = (typeof GROUPS)[number];

/** The meaning of a kind of finding. */
export interface KindFacts {
  readonly group: Group;
  /** The word in its placeholders: `[EMAIL_1]`. */
  readonly placeholder: string;
  /** The kind in plain English, as errors and documents have it: `an e-mail address`. */
  readonly title: string;
}

/** The kinds that the built-in detectors find. */
export const KINDS = {
  email: { group: 'personal', placeholder: 'EMAIL', title: 'an e-mail address' },
  phone: { group: 'personal', placeholder: 'PHONE', title: 'a phone number' },
  iban: { group: 'personal', placeholder: 'IBAN', title: 'an IBAN' },
  bic: { group: 'personal', placeholder: 'BIC', title: 'a BIC' },
  'payment-card': { group: 'personal', placeholder: 'PAYMENT_CARD', title: 'the number of a payment card' },
  'de-tax-id': { group: 'personal', placeholder: 'DE_TAX_ID', title: 'a German tax number (IdNr)' },
  'de-social-insurance': {
    group: 'personal',
    placeholder: 'DE_SOCIAL_INSURANCE',
    title: 'a German social insurance number',
  },
  'fr-nir': { group: 'personal', placeholder: 'FR_NIR', title: 'a French social security number (NIR)' },
  'es-dni': { group: 'personal', placeholder: 'ES_DNI', title: 'a Spanish identity number (DNI)' },
  'es-nie': {
    group: 'personal',
    placeholder: 'ES_NIE',
    title: 'a Spanish identity number of foreigners (NIE)',
  },
  'it-codice-fiscale': {
    group: 'personal',
    placeholder: 'IT_CODICE_FISCALE',
    title: 'an Italian tax code (codice fiscale)',
  },
  'nl-bsn': { group: 'personal', placeholder: 'NL_BSN', title: 'a Dutch citizen service number (BSN)' },
  'uk-nhs': { group: 'personal', placeholder: 'UK_NHS', title: 'a British NHS number' },
  'uk-nino': { group: 'personal', placeholder: 'UK_NINO', title: 'a British National Insurance number' },
  'us-ssn': { group: 'personal', placeholder: 'US_SSN', title: 'a US Social Security number' },
  'us-itin': { group: 'personal', placeholder: 'US_ITIN', title: 'a US taxpayer number (ITIN)' },
  'in-aadhaar': { group: 'personal', placeholder: 'IN_AADHAAR', title: 'an Indian Aadhaar number' },
  'in-pan': { group: 'personal', placeholder: 'IN_PAN', title: 'an Indian tax number (PAN)' },
  'br-cpf': { group: 'personal', placeholder: 'BR_CPF', title: 'a Brazilian taxpayer number (CPF)' },
  'br-cnpj': { group: 'personal', placeholder: 'BR_CNPJ', title: 'a Brazilian company number (CNPJ)' },
  passport: { group: 'personal', placeholder: 'PASSPORT', title: 'a passport number' },
  'driving-licence': {
    group: 'personal',
    placeholder: 'DRIVING_LICENCE',
    title: 'the number of a driving licence',
  },
  'health-insurance': {
    group: 'personal',
    placeholder: 'HEALTH_INSURANCE',
    title: 'a number of health insurance',
  },
  'insurance-policy': {
    group: 'personal',
    placeholder: 'INSURANCE_POLICY',
    title: 'the number of an insurance policy',
  },
  'ip-address': { group: 'personal', placeholder: 'IP_ADDRESS', title: 'an IP address' },
  'mac-address': { group: 'personal', placeholder: 'MAC_ADDRESS', title: 'a MAC address' },
  'date-of-birth': { group: 'personal', placeholder: 'DATE_OF_BIRTH', title: 'a date of birth' },
  coordinates: { group: 'personal', placeholder: 'COORDINATES', title: 'the coordinates of a place' },
  person: { group: 'personal', placeholder: 'PERSON', title: 'the name of a person' },
  'street-address': { group: 'personal', placeholder: 'STREET_ADDRESS', title: 'a street address' },
  'private-key': { group: 'secret', placeholder: 'PRIVATE_KEY', title: 'a private key' },
  jwt: { group: 'secret', placeholder: 'JWT', title: 'a JSON Web Token' },
  'connection-string': {
    group: 'secret',
    placeholder: 'CONNECTION_STRING',
    title: 'the password of a connection string or a URL',
  },
  'azure-secret': { group: 'secret', placeholder: 'AZURE_SECRET', title: 'a key, secret or SAS of Azure' },
  'aws-key': { group: 'secret', placeholder: 'AWS_KEY', title: 'an access key of AWS' },
  'google-key': {
    group: 'secret',
    placeholder: 'GOOGLE_KEY',
    title: 'an API key or a secret of Google Cloud',
  },
  'github-token': { group: 'secret', placeholder: 'GITHUB_TOKEN', title: 'a token of GitHub' },
  'gitlab-token': { group: 'secret', placeholder: 'GITLAB_TOKEN', title: 'a token of GitLab' },
  'slack-token': { group: 'secret', placeholder: 'SLACK_TOKEN', title: 'a token or a webhook of Slack' },
  'stripe-key': { group: 'secret', placeholder: 'STRIPE_KEY', title: 'a secret key of Stripe' },
  'openai-key': { group: 'secret', placeholder: 'OPENAI_KEY', title: 'an API key of OpenAI' },
  'anthropic-key': { group: 'secret', placeholder: 'ANTHROPIC_KEY', title: 'an API key of Anthropic' },
  'npm-token': { group: 'secret', placeholder: 'NPM_TOKEN', title: 'a token of npm' },
  'pypi-token': { group: 'secret', placeholder: 'PYPI_TOKEN', title: 'a token of PyPI' },
  'twilio-key': { group: 'secret', placeholder: 'TWILIO_KEY', title: 'a key of Twilio' },
  'sendgrid-key': { group: 'secret', placeholder: 'SENDGRID_KEY', title: 'a key of SendGrid' },
  'service-token': {
    group: 'secret',
    placeholder: 'SERVICE_TOKEN',
    title: 'a token of another service, known by its form',
  },
  'named-secret': {
    group: 'secret',
    placeholder: 'NAMED_SECRET',
    title: 'a password, key or token by the word before it',
  },
  'hidden-text': {
    group: 'prompt-attack',
    placeholder: 'HIDDEN_TEXT',
    title: 'text in characters that nobody sees',
  },
  'prompt-instruction': {
    group: 'prompt-attack',
    placeholder: 'PROMPT_INSTRUCTION',
    title: 'an instruction about the system prompt',
  },
} as const satisfies Readonly<Record<string, KindFacts>>;

/** A kind that a built-in detector finds. */
export type BuiltInKind = keyof typeof KINDS;
