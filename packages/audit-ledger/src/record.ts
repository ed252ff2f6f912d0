// The fields of a record, and the forms that they take.
export { toEventAttributes } from './record/event-attributes.ts';
export { closing, type RecordField } from './record/record-field.ts';
export {
  type ContentReference,
  type FieldFilter,
  FlatOpening,
  FlatRecord,
  MAXIMUM_TEXT_LENGTH,
  type Outcome,
  OUTCOMES,
  RECORD_FIELDS,
  RecordId,
  type SummedField,
} from './record/record-schema.ts';
export { type Undefinable, withoutUndefined } from './record/without-undefined.ts';
