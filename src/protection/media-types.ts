import type { Medium } from '../governance/protection-plan.ts';

/** Types whose content is text, so that it is inspected: https://www.iana.org/assignments/media-types */
const TEXT_TYPE =
  /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)|application\/(?:csv|x-ndjson|yaml|javascript|x-www-form-urlencoded))/i;

/** The beginnings of files by which their content is known, whatever type is claimed: https://www.garykessler.net/library/file_sigs.html */
const SIGNATURES: readonly (readonly [medium: Medium, offset: number, bytes: string])[] = [
  ['image', 0, '\x89PNG'],
  ['image', 0, '\xff\xd8\xff'],
  ['image', 0, 'GIF8'],
  ['image', 0, 'BM'],
  ['image', 8, 'WEBP'],
  ['image', 0, 'II*\0'],
  ['image', 0, 'MM\0*'],
  ['image', 4, 'ftypheic'],
  ['image', 4, 'ftypavif'],
  ['audio', 8, 'WAVE'],
  ['audio', 0, 'ID3'],
  ['audio', 0, '\xff\xfb'],
  ['audio', 0, '\xff\xf3'],
  ['audio', 0, 'OggS'],
  ['audio', 0, 'fLaC'],
  ['audio', 4, 'ftypM4A'],
  ['video', 8, 'AVI '],
  ['video', 4, 'ftyp'],
  ['video', 0, '\x1a\x45\xdf\xa3'],
  ['video', 0, '\0\0\x01\xba'],
  ['document', 0, '%PDF-'],
  ['document', 0, 'PK\x03\x04'],
  ['document', 0, '\xd0\xcf\x11\xe0'],
];

/** The members and types of parts by which APIs say what is at an address: `image_url`, `input_audio`, `document`. */
const MEDIUM_IN_NAME = /(image|audio|video|document|file)/;

/** Returns true for a media type whose content is text. */
export function isTextType(mediaType: string): boolean {
  return TEXT_TYPE.test(mediaType.trim());
}

/** Returns true for a type that says nothing about the content. */
export function isUnknownType(mediaType: string): boolean {
  const [type = ''] = mediaType.split(';');
  return ['', 'application/octet-stream'].includes(type.trim().toLowerCase());
}

/** Returns the medium of a media type; undefined for text. A type that is neither image, audio nor video is a document. */
export function mediumOfType(mediaType: string): Medium | undefined {
  const type = mediaType.trim().toLowerCase();
  if (isTextType(type)) return undefined;
  const [main] = type.split('/');
  return main === 'image' || main === 'audio' || main === 'video' ? main : 'document';
}

/** Returns the medium that the first bytes of a file show; undefined when they show none. */
export function mediumOfBytes(bytes: Uint8Array): Medium | undefined {
  const beginning = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16)).toString(
    'latin1',
  );
  return SIGNATURES.find(([, offset, signature]) => beginning.startsWith(signature, offset))?.[0];
}

/** Returns the medium that a name or a type of an API stands for, such as `image_url`; undefined for others. */
export function mediumOfName(name: string): Medium | undefined {
  const [found] = MEDIUM_IN_NAME.exec(name.toLowerCase()) ?? [];
  return found === 'file' ? 'document' : (found as Medium | undefined);
}
