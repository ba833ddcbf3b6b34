import { join } from 'node:path'
import { goProgram, goProgramOf, imageProgram, pythonProgram, STORE, type Program } from './program.ts'

/** Two judges in one environment: moto is made of botocore. */
export const PYTHON = pythonProgram('python', ['moto[server]==5.2.5', 'botocore==1.44.5'])

export const CURL: Program = { path: '/usr/bin/curl', from: 'apt-get install curl' }

/** On no registry: its folder `server` is built by hand, at the commit that docs/app-server.md names. */
export const APP_SERVER: Program = {
  path: join(STORE, 'app-server/built/index.js'),
  from: 'its own build of src/server.ts, put into .conformance/app-server/built by hand',
  isByHand: true,
}

/** On no registry: its image is for another C library. It is built by hand, from source, at the commit of its version. */
export const BYTEBASE: Program = {
  path: join(STORE, 'bytebase/bytebase'),
  from: 'its own build of backend/bin/server, put into .conformance/bytebase by hand; and PostgreSQL',
  isByHand: true,
}

export const ACT = goProgram('act', 'github.com/nektos/act', 'v0.2.89')

export const VAULT_PLUGINS_VERSION = 'v0.25.0'
export const VAULT_PLUGINS = goProgramOf('vault-plugins', join(import.meta.dirname, 'vault-plugins.go'), [
  `github.com/hashicorp/vault-plugin-auth-jwt@${VAULT_PLUGINS_VERSION}`,
  `github.com/hashicorp/vault-plugin-secrets-kv@${VAULT_PLUGINS_VERSION}`,
])

/**
 * Its tag `minimal` leaves out the plugins for clouds and databases: half of the build. 1.21.4 does not compile
 * outside of its repository, since it asks for a release of its SDK that is not the one beside it.
 */
export const VAULT = goProgramOf(
  'vault',
  join(import.meta.dirname, 'vault.go'),
  ['github.com/hashicorp/vault@v1.21.2'],
  'minimal',
)

/** Not to be had from the Go module proxy. */
export const OPENBAO = imageProgram('openbao', 'openbao/openbao:2.6.2', '/usr/bin/bao')

export const OCTO_STS_VERSION = 'v0.8.0'
export const OCTO_STS = goProgramOf('octo-sts', join(import.meta.dirname, 'octo-sts.go'), [
  `github.com/octo-sts/app@${OCTO_STS_VERSION}`,
])
