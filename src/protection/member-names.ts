/**
 * The members that name something by a word of the API, or that carry what another party has signed. Their texts stay as
 * they are. Addresses, whose names end with `uri` or `url`, do as well. Every other text is content.
 */
const FIXED: ReadonlySet<string> = new Set(
  `
    allowedfunctionnames cachedcontent callid createtime datastore encryptedcontent endpoint engine fileid finishreason id
    mediatype mimetype model modelversion name object operationname ragcorpora ragcorpus ragfileids responseid role
    servicetier signature stopreason systemfingerprint thoughtsignature toolcallid tooluseid traffictype type uris
  `
    .trim()
    .split(/\s+/),
);

/** The members whose content the caller or the model shapes as they like: names in them have no meaning of the API. */
const SHAPED_BY_CALLER: ReadonlySet<string> = new Set([
  'args',
  'arguments',
  'input',
  'instances',
  'parameters',
  'predictions',
  'response',
]);

/** The members of which a body, or an event of a stream, of an API of models has one. Without any, it is a container's own. */
const API_MEMBERS = [
  'contents',
  'messages',
  'instances',
  'input',
  'content',
  'model',
  'candidates',
  'choices',
  'delta',
  'content_block',
] as const;

/** Normalizes a member's name: lowerCamelCase, snake_case and other spellings of the same letters become one. */
export function plainName(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}

/** Returns true for a member, by its plain name, whose text stays as it is. */
export function isFixedName(plain: string): boolean {
  return FIXED.has(plain) || plain.endsWith('uri') || plain.endsWith('url');
}

/**
 * Returns true for a member, by its plain name, whose content has no meaning of the API.
 * @param isOutermost true for a member of the outermost object, where `input` is the conversation itself.
 */
export function isShapedByCaller(plain: string, isOutermost: boolean): boolean {
  return SHAPED_BY_CALLER.has(plain) && !(isOutermost && plain === 'input');
}

/** Returns true for an outermost object that is of no API of models, such as that of a custom container. */
export function isContainersOwn(has: (name: string) => boolean): boolean {
  return !API_MEMBERS.some(has);
}

/** A longer name is data itself. */
const MAXIMUM_CONTEXT_UNITS = 64;

/**
 * Writes the name of a member that the caller shapes in words, as texts have them: `date_of_birth` and `dateOfBirth` become
 * `date of birth`. Empty for a name that says nothing about its text.
 */
export function contextOf(name: string, plain: string): string {
  if (name.length > MAXIMUM_CONTEXT_UNITS || SHAPED_BY_CALLER.has(plain)) return '';
  return name
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .trim();
}
