import type { Limits } from '../../src/governance/documents.ts';
import { joinNames } from '../../src/governance/join-names.ts';

type Product = Limits['products'][number];

/** Writes a product's description for the developer portal: its purpose, its limits, and the credentials of a call. */
export function describeForPortal({
  description,
  keyOnlyCallers,
  concurrentStreams,
  subscriptions,
  ...limit
}: Product): string {
  const amount = (count: number | undefined, what: string): string[] =>
    count === undefined ? [] : [`${count.toLocaleString('en-US')} ${what}`];
  const amounts = [
    ...amount(limit.callsPerMinute, 'calls a minute'),
    ...amount(limit.callsPerDay, 'calls a day'),
    ...amount(limit.tokensPerMinute, 'tokens a minute'),
    ...amount(limit.tokensPerDay, 'tokens a day'),
    ...amount(concurrentStreams, 'streams at once'),
  ];
  return [
    description,
    ...(amounts.length === 0 ? [] : [`A subscription allows ${joinNames(amounts)}.`]),
    ...(subscriptions?.perUser === undefined
      ? []
      : [
          `You may have ${subscriptions.perUser === 1 ? 'one subscription' : `${subscriptions.perUser} subscriptions`} at a time.`,
        ]),
    keyOnlyCallers
      ? 'A call needs the subscription key; a token makes it yours.'
      : 'A call needs the subscription key and a token of your identity provider.',
    ...(subscriptions?.applications
      ? [
          'A subscription belongs to one application: ask the platform team to list yours before it sends tokens.',
        ]
      : []),
  ].join(' ');
}
