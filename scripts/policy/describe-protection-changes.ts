import type { Governance } from '../../src/governance/governance.ts';
import { joinNames } from '../../src/governance/join-names.ts';
import type { ProtectionAction } from '../../src/governance/protection-plan.ts';
import { nameKinds } from './name-kinds.ts';
import { type CallContent, listCallContents } from './read-content-actions.ts';

const NOTHING = 'not looked for';

/** The words for an action on kinds of values. */
const WORDS: Readonly<Record<ProtectionAction, string>> = {
  allow: 'counted',
  restore: 'restored',
  redact: 'redacted',
  block: 'blocked',
};

/** One kind or medium of a call's content whose action changes. */
interface ContentChange extends Omit<CallContent, 'actions'> {
  readonly direction: string;
  readonly subject: string;
  readonly was: string;
  readonly is: string;
}

/** Describes in sentences how the content of calls is treated otherwise, of calls that were and are allowed. */
export function describeProtectionChanges(before: Governance, after: Governance): string[] {
  const nameCall = ({ caller, entry, operation }: CallContent) => [caller, entry, operation].join('\n');
  const was = new Map(listCallContents(before).map((call) => [nameCall(call), call]));
  const changes = listCallContents(after).flatMap((call) => {
    const old = was.get(nameCall(call));
    return old ? compare(old, call) : [];
  });
  return [...groupBy(changes, ({ caller, direction, was: old, is }) => [caller, direction, old, is])].flatMap(
    (alike) => {
      const byCall = groupBy(alike, ({ entry, operation }) => [entry, operation]).map((ofCall) => ({
        ...ofCall[0],
        subjects: joinNames(nameKinds(ofCall.map(({ subject }) => subject))),
      }));
      return groupBy(byCall, ({ subjects }) => [subjects]).map((group) => {
        const [{ caller, direction, subjects, was: old, is }] = group;
        const calls = groupBy(group, ({ entry }) => [entry]).map((ofEntry) => ({
          entry: ofEntry[0].entry,
          operations: describeOperations(after, ofEntry),
        }));
        const targets = groupBy(calls, ({ operations }) => [operations]).map(
          (same) => joinNames(same.map(({ entry }) => entry)) + same[0].operations,
        );
        return `${caller}: ${subjects} in the ${direction} of ${joinNames(targets)}: now ${is}, before ${old}.`;
      });
    },
  );
}

/** Names operations of one entry in parentheses; an empty text for all of its operations. */
function describeOperations(
  { documents }: Governance,
  calls: readonly Pick<CallContent, 'entry' | 'operation'>[],
): string {
  const entry = documents.catalog.entries.find(({ name }) => name === calls[0]?.entry);
  if (entry?.operations.length === calls.length) return '';
  return ` (${calls.map(({ operation }) => operation).join(', ')})`;
}

function compare(
  { actions: before }: CallContent,
  { actions: after, ...call }: CallContent,
): ContentChange[] {
  const [was, is] = [listSubjects(before), listSubjects(after)];
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((key) => {
    const [direction = '', subject = ''] = key.split('\n');
    const change = { was: was.get(key) ?? NOTHING, is: is.get(key) ?? NOTHING };
    return change.was === change.is ? [] : [{ ...call, direction, subject, ...change }];
  });
}

function listSubjects(actions: CallContent['actions']): Map<string, string> {
  return new Map(
    actions.flatMap(({ direction, action, kinds = [], media = [], services = [] }) => [
      ...kinds.map((kind) => [`${direction}\n${kind}`, WORDS[action]] as const),
      ...media.map((medium) => [`${direction}\nthe medium ${medium}`, 'refused'] as const),
      ...services.map((name) => [`${direction}\nfinds of the service ${name}`, WORDS[action]] as const),
    ]),
  );
}

/** Groups items by several keys. No group is empty. */
function groupBy<Item>(
  items: readonly Item[],
  keysOf: (item: Item) => readonly string[],
): [Item, ...Item[]][] {
  return [...Map.groupBy(items, (item) => keysOf(item).join('\n')).values()] as [Item, ...Item[]][];
}
