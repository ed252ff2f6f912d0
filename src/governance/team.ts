/**
 * A role as Google's labels can hold it: the team on whose behalf something is made.
 * https://cloud.google.com/resource-manager/docs/labels-overview#requirements
 */
export function teamOf(role: string): string {
  return role.toLowerCase().replaceAll('.', '-');
}
