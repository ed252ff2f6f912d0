import type { Place } from './place.ts';
import { readObjects } from './storage-place.ts';

/** One name, in lower case; its last label begins with a letter, so that no reader takes it for an IP address. */
const HOST = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
const PORT = /^[1-9]\d{0,4}$/;
/** Of a path: nothing that is encoded, and nothing that a reader could take for a separator of another kind. */
const SEGMENT = /^[\w.~=+@,:!()$&-]{1,1024}$/;
/** Chooses among what lies in a place, never the place. */
const QUERY = /^(?:[\w.~=+@,:!()$&;/?-]|%[0-9A-Fa-f]{2})*$/;

/** Hosts whose paths are bucket and object: https://cloud.google.com/storage/docs/request-endpoints */
const OBJECT_HOSTS = new Set(['storage.googleapis.com', 'storage.cloud.google.com']);
/** All else of Google's APIs: further spellings of objects, files of the Gemini API, and what wants an identity. */
const API_HOST = /(?:^|\.)(?:googleapis\.com|commondatastorage\.com|storage\.cloud\.google\.com)$/;

const YOUTUBE_HOST = /(?:^|\.)(?:youtube\.com|youtu\.be)$/;
const ALL_VIDEOS = /^(?:(?:www|m)\.)?youtube\.com\/?$/;
/** Pages of one video, with where it begins and who shared it at most. */
const DETAIL = String.raw`(?:t|start|si|feature)=[\w.-]*`;
const VIDEO_PAGES = [
  new RegExp(String.raw`^(?:(?:www|m)\.)?youtube\.com/watch\?v=([\w-]{11})(?:&${DETAIL})*$`),
  new RegExp(
    String.raw`^(?:(?:(?:www|m)\.)?youtube\.com/(?:shorts|live|embed)|youtu\.be)/([\w-]{11})(?:\?${DETAIL}(?:&${DETAIL})*)?$`,
  ),
];

/**
 * Reads what stands behind `https://`: a host by its name in ASCII and lower case, path segments without anything
 * encoded, and a query, which is left out of the place. No user, no fragment, no IP address, no default port. Cloud
 * Storage's own addresses are places in Cloud Storage, and every page of a YouTube video is that video.
 * @returns undefined for anything else.
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

/** The default port is there by itself. */
function isPort(port: string | undefined): boolean {
  return port === undefined || (PORT.test(port) && port !== '443' && Number(port) < 65_536);
}

/** Only behind `gs://` can there be a pattern. */
function readObjectAddress(path: string): Place | undefined {
  const place = readObjects(path.slice(1));
  return place?.isPattern === false ? place : undefined;
}

/** The home page stands for all videos. https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/video-understanding */
function readVideo(address: string): Place | undefined {
  if (ALL_VIDEOS.test(address)) return { service: 'youtube', parts: [], isPattern: false };
  const [video] = VIDEO_PAGES.flatMap((page) => page.exec(address)?.[1] ?? []);
  return video === undefined ? undefined : { service: 'youtube', parts: [video], isPattern: false };
}
