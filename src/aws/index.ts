import type * as signerLibrary from './signer.ts'

/**
 * What it takes to be somebody at AWS. Imported at run time, by `import()`, where AWS is used: one part of `dist` that
 * all its users share and nobody else loads.
 */
export { awsCredentials, credentialSource, readCredentialSource, readRegion } from './credentials.ts'
export { awsEndpoint } from './endpoint.ts'
export { explainSts } from './refusal.ts'

/** The signer, a part of its own: to be asked for when the first request is under way, which takes longer than to load it. */
export function loadSigner(): Promise<typeof signerLibrary> {
  return import(/* webpackChunkName: "aws-signer" */ './signer.ts')
}
