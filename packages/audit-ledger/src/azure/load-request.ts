/**
 * The request function of undici, for those who load it when they need it. A bundle keeps the names that a CommonJS package
 * exports only for modules that import them at once, so nobody imports the package itself later.
 */
export { request } from 'undici';
