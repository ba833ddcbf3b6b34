import { readFileSync } from 'node:fs'
import { systemCode } from '../errors.ts'

/**
 * What to do about a certificate authority that is not known. Node ignores a file that it cannot use, with a warning that few
 * see (Node.js, "NODE_EXTRA_CA_CERTS").
 *
 * @param file what `NODE_EXTRA_CA_CERTS` names; empty if it is not set
 */
export function authorityHint(file: string): string {
  if (file === '') {
    return 'Set NODE_EXTRA_CA_CERTS to the PEM file of that authority, in the environment of the runner or as `env:` of the step.'
  }
  const fault = pemFault(file)
  return fault === undefined
    ? 'The file that NODE_EXTRA_CA_CERTS names does not contain that authority: add it, in PEM.'
    : `NODE_EXTRA_CA_CERTS is set, but the file that it names ${fault}.`
}

function pemFault(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'latin1')
    return text.includes('-----BEGIN ') ? undefined : 'is not PEM: convert it (openssl x509 -inform der)'
  } catch (error) {
    return { ENOENT: 'does not exist', EISDIR: 'is a folder' }[systemCode(error)] ?? 'cannot be read'
  }
}
