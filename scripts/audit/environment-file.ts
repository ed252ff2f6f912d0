/** The file in which `npm start` describes the chain that it runs. */
export const ENVIRONMENT_FILE = new URL('../../.local/environment.json', import.meta.url);
