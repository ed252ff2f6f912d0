import { googleMessage } from './google-messages.ts';
import { CONTAINER_DATA, INSTANCE } from './media-messages.ts';
import { defineMessage, plainName, refused, type Message, type Rule } from './rules.ts';

/** The rule of a member that isn't listed applies to everything in it, too. */
const UNLISTED: Rule = { is: 'message', of: () => NOTHING_LISTED };
const NOTHING_LISTED = defineMessage({});
const INPUT_MEMBER: Rule = { is: 'message', of: () => INSTANCE };
const CONTAINER_MEMBER: Rule = { is: 'message', of: () => CONTAINER_DATA };
const UNKNOWN_TOOL = refused('is not a tool that the gateway knows');
const MISPLACED_CACHE = refused('has the name of a context cache where none is expected');
const MISPLACED_TOOL = refused('has the name of a tool where none is expected');

/** Returns the rule for a member of an object whose rules don't list it. */
export function ruleForUnlisted(others: Message['others'], name: string): Rule {
  switch (others) {
    case 'tool':
      return UNKNOWN_TOOL;
    case 'container':
      return CONTAINER_MEMBER;
    case 'input':
      return misplaced(name) ?? INPUT_MEMBER;
    case 'unlisted':
      return misplaced(name) ?? UNLISTED;
  }
}

/** Refuses Google's names of tools and context caches in places where Google documents none. */
function misplaced(name: string): Rule | undefined {
  const plain = plainName(name);
  if (plain === 'cachedcontent') return MISPLACED_CACHE;
  return plain === 'tools' || googleMessage('Tool').rules.has(plain) ? MISPLACED_TOOL : undefined;
}
