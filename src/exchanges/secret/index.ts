/**
 * How values are asked for, read and put out, whatever system keeps them. Imported at run time, by `import()`, where
 * secrets are read: one part of `dist` that all such actions share and nobody else loads.
 */
export { memberText } from './json.ts'
export { secretPayload } from './payload.ts'
export { readWanted, worthConnecting } from './reading.ts'
export { readReferences } from './references.ts'
