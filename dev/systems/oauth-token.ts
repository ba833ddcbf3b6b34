import { createDex } from '../fakes/oauth/dex.ts'
import { DOCUMENTED, type Documented } from '../fakes/oauth/documented.ts'
import { createKeycloak, type KeycloakClient } from '../fakes/oauth/keycloak.ts'
import { createOAuthServer } from '../fakes/oauth/server.ts'
import type { Handler } from '../fakes/handler.ts'
import { subjectOf } from '../fakes/identity.ts'
import { randomText, type Tokens } from '../fakes/secrets.ts'
import type { Example, Foundations, Setup, System } from './system.ts'

export interface OAuthTokenSetup extends Setup {
  readonly tokens: Tokens
  /** Of Keycloak, by id; may be changed. */
  readonly clients: Record<string, KeycloakClient>
  /** Has a server that runs on no machine here take the place of this one. */
  readonly become: (server: Documented) => void
}

/** A Keycloak with a client without a secret and one that acts as a user, or a Dex that has GitHub as connector. */
export const system: System<OAuthTokenSetup> = {
  action: 'oauth-token',
  variants: ['client-credentials', 'jwt-bearer', 'token-exchange'],
  example,
  setUp: (foundations, variant) =>
    variant === 'token-exchange' ? dexSetup(foundations) : keycloakSetup(foundations, variant),
}

function example(inputs: Readonly<Record<string, string>>): Example<OAuthTokenSetup> {
  const { 'token-url': url = '', 'grant-type': variant = 'token-exchange' } = inputs
  const { host } = new URL(url)
  const role = variant === 'token-exchange' ? 'dex' : 'keycloak'
  const server = DOCUMENTED[host]
  return {
    variant,
    ...(server !== undefined && { hosts: { [role]: host } }),
    prepare({ become, clients }) {
      if (server !== undefined) become(server)
      // The value of the expression in the example.
      const secret = inputs['client-secret']
      if (secret !== undefined) clients['deploy-as-user'] = { secret, jwtGrant: true }
    },
  }
}

function keycloakSetup(foundations: Foundations, variant: string): OAuthTokenSetup {
  const { identity, issue, url } = foundations
  const asUser = variant === 'jwt-bearer'
  const subject = subjectOf(identity)
  // With characters that have to be encoded for HTTP Basic.
  const secret = `${randomText(30)}:+ %`
  if (asUser) issue('client secret', secret)
  const realm = (): string => `${url('keycloak')}/realms/ci`
  const clients: Record<string, KeycloakClient> = {}
  const users = new Map<string, string>()
  const allow = (): void => {
    clients['deploy'] = { subject }
    clients['deploy-as-user'] = { secret, jwtGrant: true }
    users.set(subject, 'deploy-bot')
  }
  allow()
  const keycloak = createKeycloak({ ...foundations, realm, clients, users })
  const served = serving('keycloak', keycloak, foundations)
  return {
    ...served,
    inputs: () => ({
      'token-url': `${realm()}/protocol/openid-connect/token`,
      'revocation-url': `${realm()}/protocol/openid-connect/revoke`,
      'grant-type': variant,
      audience: realm(),
      ...(asUser ? { 'client-id': 'deploy-as-user', 'client-secret': secret } : { 'client-id': 'deploy' }),
    }),
    deny() {
      clients['deploy'] = { subject: `${subject}-of-another` }
      users.clear()
    },
    mend: allow,
    alive: keycloak.living,
    saysEnded: { keycloak: [200] },
    clients,
  }
}

function dexSetup(foundations: Foundations): OAuthTokenSetup {
  const connectors = ['github']
  const dex = createDex({ ...foundations, connectors, clients: { deploy: '' } })
  return {
    ...serving('dex', dex, foundations),
    inputs: () => ({
      'token-url': `${foundations.url('dex')}/token`,
      'client-id': 'deploy',
      'subject-token-type': 'id_token',
      scope: 'openid federated:id',
      parameters: 'connector_id=github',
    }),
    deny: () => connectors.splice(0),
    mend: () => connectors.push('github'),
    clients: {},
  }
}

/** What is the same for every server. */
function serving(
  role: string,
  server: Tokens & { readonly handler: Handler },
  foundations: Foundations,
): Pick<OAuthTokenSetup, 'handlers' | 'exchangeRole' | 'credential' | 'accepts' | 'tokens' | 'become'> {
  let { handler, alive } = server
  return {
    handlers: { [role]: (request) => handler(request) },
    exchangeRole: role,
    credential: 'token',
    accepts: (token) => alive(token),
    tokens: server,
    become(other) {
      const subjects = [subjectOf(foundations.identity)]
      ;({ handler, alive } = createOAuthServer({ ...foundations, ...other, subjects }))
    },
  }
}
