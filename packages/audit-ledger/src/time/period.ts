/** A period from one instant to another. `to` is the first instant outside. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}
