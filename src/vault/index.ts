/**
 * What it takes to log in to Vault or OpenBao. Imported at run time, by `import()`, where Vault is used: one part of
 * `dist` that all its users share and nobody else loads.
 */
export { isPresent, judge, textsOf, unwrapped } from './answer.ts'
export { login } from './login.ts'
export { explainLogin } from './refusal.ts'
export { aboutBatch, vaultToken } from './revocation.ts'
export { headersOf, readPath, readServer, SERVICE, urlOf } from './server.ts'
