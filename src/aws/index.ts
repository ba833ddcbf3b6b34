/**
 * What it takes to be somebody at AWS. Imported at run time, by `import()`, where AWS is used: one part of `dist` that
 * all its users share and nobody else loads.
 */
export {
  awsCredentials,
  awsEndpoint,
  credentialSource,
  explainSts,
  readCredentialSource,
  readRegion,
} from './credentials.ts'
export { presignedQuery, signedHeaders } from './signature.ts'
