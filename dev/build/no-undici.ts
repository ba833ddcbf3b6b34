/**
 * Stands in for `undici` in the bundle: `@actions/http-client` imports it for `getAgentDispatcher`, which nothing here
 * calls, and it would be nine tenths of `dist`.
 */
export function ProxyAgent(): never {
  throw new Error('undici is not part of this action')
}
