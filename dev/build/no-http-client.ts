/**
 * Stands in for the client of `@actions/http-client` in the bundle: `@actions/core` imports it for `getIDToken`, which
 * nothing here calls. `src/http.ts` uses only the module of that package which knows proxies.
 */
export function HttpClient(): never {
  throw new Error('the client of @actions/http-client is not part of this action')
}
