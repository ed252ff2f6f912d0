import { declareTypes } from '../types.ts';
import { CERTIFICATE_TYPES } from './certificates.ts';
import { CHAR_TYPES } from './char.ts';
import { COLLECTION_TYPES } from './collections.ts';
import { COMPARER_TYPES } from './comparer.ts';
import { CRYPTOGRAPHY_TYPES } from './cryptography.ts';
import { MATH_TYPES } from './math.ts';
import { RANDOM_TYPES } from './random.ts';
import { REGEX_TYPES } from './regex.ts';
import { STRING_BUILDER_TYPES } from './string-builder.ts';
import { URI_TYPES } from './uri.ts';
import { CONTEXT_TYPES } from './context.ts';
import { CONVERT_TYPES } from './convert.ts';
import { DATE_TYPES } from './date-time.ts';
import { ENCODING_TYPES } from './encoding.ts';
import { EXCEPTION_TYPES } from './exceptions.ts';
import { GUID_TYPES } from './guid.ts';
import { JSON_TYPES } from './json.ts';
import { JWT_TYPES } from './jwt.ts';
import { LINQ_TYPES } from './linq.ts';
import { NUMBER_DECLARATIONS } from './number.ts';
import { OBJECT_TYPES } from './object.ts';
import { STRING_TYPES } from './string.ts';

// Everything that expressions may use, once; the type table has nothing else.
for (const types of [
  OBJECT_TYPES,
  NUMBER_DECLARATIONS,
  CHAR_TYPES,
  STRING_TYPES,
  EXCEPTION_TYPES,
  COLLECTION_TYPES,
  COMPARER_TYPES,
  LINQ_TYPES,
  DATE_TYPES,
  GUID_TYPES,
  CONVERT_TYPES,
  ENCODING_TYPES,
  JSON_TYPES,
  JWT_TYPES,
  CRYPTOGRAPHY_TYPES,
  MATH_TYPES,
  RANDOM_TYPES,
  REGEX_TYPES,
  STRING_BUILDER_TYPES,
  URI_TYPES,
  CERTIFICATE_TYPES,
  CONTEXT_TYPES,
]) {
  declareTypes(types);
}
