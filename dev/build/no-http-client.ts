/**
 * Stands in for `@actions/http-client` in the bundle: `@actions/core` imports it for `getIDToken`, which nothing here
 * calls (`src/identity/id-token.ts` does that). Its `lib/proxy` is used, and is bundled as it is.
 */
export function HttpClient(): never {
  throw new Error('@actions/http-client is not part of this action')
}
