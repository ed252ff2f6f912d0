/** The definition of a detector that cannot be used. */
export class DetectorInvalid extends Error {
  /** The member of the definition that is wrong. */
  readonly member: 'pattern' | 'checksum';

  constructor(member: 'pattern' | 'checksum', message: string) {
    super(message);
    this.name = 'DetectorInvalid';
    this.member = member;
  }
}
