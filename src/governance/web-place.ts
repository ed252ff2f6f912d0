import type { Place } from './place.ts';
import { readObjects } from './storage-place.ts';

/** A DNS name in lower case. Its last label begins with a letter, so that no reader takes it for an IP address. */
const HOST = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
const PORT = /^[1-9]\d{0,4}$/;
/** A segment of a path, without encoded characters and without any that a reader could take for a separator. */
const SEGMENT = /^[\w.~=+@,:!()$&-]{1,1024}$/;
/** A query. It selects within a place and never changes the place. */
const QUERY = /^(?:[\w.~=+@,:!()$&;/?-]|%[0-9A-Fa-f]{2})*$/;

/** Hosts whose paths consist of bucket and object: https://cloud.google.com/storage/docs/request-endpoints */
const OBJECT_HOSTS = new Set(['storage.googleapis.com', 'storage.cloud.google.com']);
/**
 * Other hosts of Google's APIs, which are refused: more spellings of objects, files of the Gemini API, private APIs.
 */
const API_HOST = /(?:^|\.)(?:googleapis\.com|commondatastorage\.com|storage\.cloud\.google\.com)$/;

const YOUTUBE_HOST = /(?:^|\.)(?:youtube\.com|youtu\.be)$/;
const ALL_VIDEOS = /^(?:(?:www|m)\.)?youtube\.com\/?$/;
/** A parameter of a video's page that does not change the video: its start, or who shared it. */
const DETAIL = String.raw`(?:t|start|si|feature)=[\w.-]*`;
const VIDEO_PAGES = [
  new RegExp(String.raw`^(?:(?:www|m)\.)?youtube\.com/watch\?v=([\w-]{11})(?:&${DETAIL})*$`),
  new RegExp(
    String.raw`^(?:(?:(?:www|m)\.)?youtube\.com/(?:shorts|live|embed)|youtu\.be)/([\w-]{11})(?:\?${DETAIL}(?:&${DETAIL})*)?$`,
  ),
];

/**
 * Reads the part of an address after `https://`.
 * - The host is a DNS name in ASCII and lower case, without user, and without the default port.
 * - The path has no encoded characters. The query is left out of the place, and there is no fragment.
 * - An address of Cloud Storage is a place in Cloud Storage. Every page of a YouTube video is that video.
 * @returns undefined for any other text.
 */
export function readAddress(address: string): Place | undefined {
  const [, authority = '', path = '', query] = /^([^/?]*)([^?]*)(?:\?([^]*))?$/.exec(address) ?? [];
  const [host = '', port, ...more] = authority.split(':');
  if (!HOST.test(host) || !isPort(port) || more.length > 0 || !QUERY.test(query ?? '')) return undefined;
  if (YOUTUBE_HOST.test(host)) return readVideo(address);
  if (OBJECT_HOSTS.has(authority) && query === undefined) return readObjectAddress(path);
  if (API_HOST.test(host)) return undefined;
  const segments = path.split('/').slice(1);
  const parts = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  const isRight = parts.every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..');
  return isRight ? { service: 'https', parts: [authority, ...parts], isPattern: false } : undefined;
}

/** True if the port is left out, or is a valid one other than the default, 443. */
function isPort(port: string | undefined): boolean {
  return port === undefined || (PORT.test(port) && port !== '443' && Number(port) < 65_536);
}

/** Reads bucket and object of an address. Only a `gs://` URI can be a pattern. */
function readObjectAddress(path: string): Place | undefined {
  const place = readObjects(path.slice(1));
  return place?.isPattern === false ? place : undefined;
}

/** Reads a page of YouTube. The home page stands for all videos. https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/video-understanding */
function readVideo(address: string): Place | undefined {
  if (ALL_VIDEOS.test(address)) return { service: 'youtube', parts: [], isPattern: false };
  const [video] = VIDEO_PAGES.flatMap((page) => page.exec(address)?.[1] ?? []);
  return video === undefined ? undefined : { service: 'youtube', parts: [video], isPattern: false };
}
