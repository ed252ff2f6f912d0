import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

const SAMPLE = resolve(__dirname, '../../../governance');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'protection-'));
  cpSync(SAMPLE, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Loads the sample with this protection document. */
function load(text: string) {
  writeFileSync(join(folder, 'protection.yaml'), text);
  return loadGovernance(folder);
}

/** A document with one rule that has these members besides its id and reason. */
function rule(members: string): string {
  return `rules:\n  - id: one\n    reason: Tests.\n    ${members.split('\n').join('\n    ')}\n`;
}

/** A document with one detector with these members, which a rule names. */
function detector(members: string): string {
  const lines = ['name: customer-number', 'title: a customer number', 'group: personal', members];
  return `detectors:\n  - ${lines.join('\n').split('\n').join('\n    ')}\n`;
}

const ACTING = 'direction: request\nkinds: [email]\naction: redact';

test('a deployment without the document has no rules, and the version of the other three', () => {
  const { policyVersion: whole } = loadGovernance(folder);
  rmSync(join(folder, 'protection.yaml'));
  const { documents, policyVersion } = loadGovernance(folder);
  expect(documents).not.toHaveProperty('protection');
  expect(policyVersion).not.toBe(whole);
  expect(load('rules: []\n').policyVersion).not.toBe(policyVersion);
});

test('the version covers the document, comments included', () => {
  const { policyVersion } = load(rule(ACTING));
  expect(load(`${rule(ACTING)}# more\n`).policyVersion).not.toBe(policyVersion);
  expect(load(rule(ACTING)).policyVersion).toBe(policyVersion);
});

test('a rule can name who, what, built-in kinds, groups, own detectors and media', () => {
  const text =
    detector('placeholder: CUSTOMER\npattern: "KD-[0-9]{8}"\ncontext: [customer, Kunde]\nwords: [KD-TEST]') +
    rule(`roles: [Analytics.Eu]
applications: [{ applicationId: a0000003-0000-4000-8000-000000000003 }]
products: [production]
entries: [gemini-3.5-flash]
tags: [search]
classifications: [confidential]
operations: [generateContent, embedContent]
direction: both
kinds: [secret, email, customer-number]
action: redact
refusedMedia: [image, audio, video, document]`);
  expect(load(text).documents.protection?.rules).toHaveLength(1);
});

test.each([
  [
    'an unknown kind',
    'direction: request\nkinds: [email, emial]\naction: block',
    /:5:20: rules\.0\.kinds\.1: "emial" is not a known kind, group or detector\. Did you mean "email"\?/,
  ],
  [
    'an unknown role',
    `roles: [Analytics.EU]\n${ACTING}`,
    /:4:13: rules\.0\.roles\.0: "Analytics\.EU" is not a known role/,
  ],
  [
    'an unknown product',
    `products: [sandbocks]\n${ACTING}`,
    /:4:16: .*"sandbocks" is not a known product\. Did you mean "sandbox"/,
  ],
  [
    'an unknown entry',
    `entries: [iriss]\n${ACTING}`,
    /:4:15: .*is not a known catalog entry\. Did you mean "iris"/,
  ],
  ['an unknown tag', `tags: [chats]\n${ACTING}`, /:4:12: .*is not a known tag/],
  [
    'an unknown operation',
    `operations: [predicts]\n${ACTING}`,
    /:4:18: .*"predicts" is not one of the allowed values/,
  ],
  [
    'an application that Entra ID cannot have',
    `applications: [{ applicationId: mine }]\n${ACTING}`,
    /:4:37: .*is not a client id of Entra ID/,
  ],
  [
    'an application of an unknown issuer',
    `applications: [{ identityProvider: google, applicationId: x }]\n${ACTING}`,
    /:4:40: .*"google" is not a known identity provider/,
  ],
  [
    'the same application twice',
    `applications: [{ applicationId: A0000003-0000-4000-8000-000000000003 }, { applicationId: a0000003-0000-4000-8000-000000000003 }]\n${ACTING}`,
    /:4:77: .*occurs twice/,
  ],
  [
    'an unknown action',
    'direction: request\nkinds: [email]\naction: mask',
    /:6:13: rules\.0\.action: "mask" is not one of the allowed values/,
  ],
  ['an unknown medium', 'direction: request\nrefusedMedia: [images]', /:5:20: .*Did you mean "image"/],
  ['an unknown member', `${ACTING}\nservice: azure`, /:7:14: .*is not allowed here/],
  ['no direction', 'kinds: [email]\naction: redact', /:2:5: rules\.0(\.direction)?: /],
  [
    'kinds without an action',
    'direction: request\nkinds: [email]',
    /:5:12: rules\.0\.kinds: the rule has kinds and says nothing of them/,
  ],
  [
    'an action without kinds',
    'direction: request\naction: block\nrefusedMedia: [image]',
    /:5:13: .*an action on nothing/,
  ],
  ['nothing to do', 'direction: request', /:2:5: rules\.0: the rule does nothing/],
  [
    'a kind twice',
    'direction: request\nkinds: [email, email]\naction: block',
    /:5:20: .*"email" occurs twice/,
  ],
  ['a medium twice', 'direction: request\nrefusedMedia: [image, image]', /:5:27: .*"image" occurs twice/],
  [
    'restoring in answers',
    'direction: response\nkinds: [email]\naction: restore',
    /:6:13: .*only values that leave can be restored/,
  ],
  [
    'restoring both ways',
    'direction: both\nkinds: [email]\naction: restore',
    /:6:13: .*only values that leave can be restored/,
  ],
  [
    'entries that no classification of it has',
    `entries: [iris]\nclassifications: [restricted]\n${ACTING}`,
    /:2:5: rules\.0: this rule can never apply: no entry/,
  ],
  [
    'operations that no entry of it has',
    `entries: [iris]\noperations: [generateContent]\n${ACTING}`,
    /:2:5: .*can never apply: no entry/,
  ],
  [
    'products of another environment',
    `products: [sandbox]\nentries: [iris-tensors]\n${ACTING}`,
    /:2:5: .*can never apply: none of its entries is in the environments of its products/,
  ],
])('a rule with %s is refused with file, line and column', (_, members, problem) => {
  expect(() => load(rule(members))).toThrow(problem);
  expect(() => load(rule(members))).toThrow(/protection\.yaml:\d+:\d+: /);
});

test.each([
  ['another rule of the document', 'one', /:7:9: .*"one" occurs twice/],
  [
    'a rule of the access document',
    'eu-only',
    /:7:9: .*"eu-only" is the id of a rule of the access document/,
  ],
  ['a decision without a rule', 'catalog', /:7:9: .*"catalog" is reserved/],
])('a rule with the id of %s is refused', (_, id, problem) => {
  const text = `${rule(ACTING)}  - id: ${id}\n    reason: Tests.\n    direction: request\n    refusedMedia: [image]\n`;
  expect(() => load(text)).toThrow(problem);
});

test.each([
  ['neither pattern nor words', 'placeholder: CUSTOMER', /:2:5: detectors\.0: the detector finds nothing/],
  [
    'a checksum and no pattern',
    'placeholder: CUSTOMER\nwords: [KD-TEST]\nchecksum: luhn',
    /:7:15: .*a checksum is for a pattern/,
  ],
  [
    'context and no pattern',
    'placeholder: CUSTOMER\nwords: [KD-TEST]\ncontext: [Kunde]',
    /:7:14: .*a context is for a pattern/,
  ],
  [
    'a placeholder of a built-in kind',
    'placeholder: IBAN\nwords: [KD-TEST]',
    /:5:18: .*"IBAN" is the placeholder of a built-in kind/,
  ],
  [
    'a pattern that looks ahead',
    'placeholder: CUSTOMER\npattern: "KD-(?=1)[0-9]{8}"',
    /:6:14: detectors\.0\.pattern: the pattern cannot be used/,
  ],
  [
    'a pattern that refers back',
    "placeholder: CUSTOMER\npattern: '(KD)\\1'",
    /:6:14: detectors\.0\.pattern: the pattern cannot be used/,
  ],
  [
    'a pattern without an end',
    'placeholder: CUSTOMER\npattern: "(a+)+"',
    /:6:14: .*it repeats without an end/,
  ],
  [
    'a pattern that matches nothing',
    'placeholder: CUSTOMER\npattern: "[0-9]{0,3}"',
    /:6:14: .*the empty text/,
  ],
  ['a pattern that is none', 'placeholder: CUSTOMER\npattern: "KD-("', /:6:14: .*cannot be used/],
  [
    'an unknown checksum',
    'placeholder: CUSTOMER\npattern: "[0-9]{8}"\nchecksum: lun',
    /:7:15: detectors\.0\.checksum: "lun" is no checksum/,
  ],
  [
    'a placeholder in small letters',
    'placeholder: customer\nwords: [KD-TEST]',
    /:5:18: .*must have capital letters/,
  ],
  ['an unknown member', 'placeholder: CUSTOMER\nwords: [KD-TEST]\nentropy: 4', /:7:14: .*not allowed here/],
])('a detector with %s is refused with file, line and column', (_, members, problem) => {
  expect(() => load(detector(members))).toThrow(problem);
});

test.each(['email', 'personal', 'secret', 'other'])('a detector with the name %s is refused', (name) => {
  const text = `detectors:\n  - { name: ${name}, title: Tests, group: personal, placeholder: OWN, words: [own] }\n`;
  expect(() => load(text)).toThrow(/:2:13: detectors\.0\.name: ".*" is the name of a built-in kind or group/);
});

test('two detectors with one name or one placeholder are refused', () => {
  const one = (name: string, placeholder: string) =>
    `  - { name: ${name}, title: Tests, group: personal, placeholder: ${placeholder}, words: [own] }\n`;
  expect(() => load(`detectors:\n${one('a', 'A')}${one('a', 'B')}`)).toThrow(/:3:13: .*"a" occurs twice/);
  expect(() => load(`detectors:\n${one('a', 'A')}${one('b', 'A')}`)).toThrow(/:3:60: .*"A" occurs twice/);
});
