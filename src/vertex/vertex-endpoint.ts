/**
 * Host and port of Vertex AI for a location that the catalog allows; never built from anything else.
 * https://cloud.google.com/vertex-ai/docs/general/locations and
 * https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations (global and multi-region addresses)
 * @param override one `host:port` for every location, for a private address or a local stand-in.
 */
export function vertexEndpoint(
  location: string,
  override: string | undefined,
): { host: string; port: number } {
  if (override !== undefined) {
    const { hostname, port } = new URL(`https://${override}`);
    return { host: hostname, port: Number(port === '' ? 443 : port) };
  }
  if (location === 'global') return { host: 'aiplatform.googleapis.com', port: 443 };
  if (!location.includes('-')) return { host: `aiplatform.${location}.rep.googleapis.com`, port: 443 };
  return { host: `${location}-aiplatform.googleapis.com`, port: 443 };
}
