import { strict as assert } from 'node:assert'
import { ROLE_ARN, type AwsAccount } from '../fakes/aws-account.ts'
import { subjectOf, type Identity } from '../fakes/identity.ts'
import { ISSUER } from '../fakes/issuer.ts'
import { appServerSystem, policiesFor } from '../systems/app-server.ts'
import { bytebaseSystem } from '../systems/bytebase.ts'
import { awsRdsSystem } from '../systems/database/aws-rds.ts'
import { system as googleCloudSql } from '../systems/database/google-cloud-sql.ts'
import { IDENTITY as DEPLOY, octoStsSystem } from '../systems/octo-sts.ts'
import { system as awsSecretsManager } from '../systems/secret/aws-secrets-manager.ts'
import { system as googleSecretManager } from '../systems/secret/google-secret-manager.ts'
import { system as httpSecret } from '../systems/secret/http.ts'
import { system as vaultToken, vaultTokenSystem } from '../systems/vault.ts'
import { vaultSystem } from '../systems/secret/vault.ts'
import type { Setup, System } from '../systems/system.ts'
import { createWorld, type World } from '../world.ts'
import { fencesOf, readDocuments } from './fences.ts'

/*
 * The systems of the documents' examples, served by TLS under the very names that stand in the documents, which only a
 * proxy knows. What these systems grant is written down here, not taken from the documents: a name that is wrong in one of
 * them is refused.
 */

/** Where the documents say that a company has put the certificate of its own authority. */
export const AUTHORITY_FILE = '/etc/ssl/certs/corporate-ca.pem'

/** Hosts of app servers in the documents; the last is the public instance of the open server. */
const APP_SERVERS = [
  'app-server.example.com',
  'abc123.lambda-url.eu-central-1.on.aws',
  'github-actions-access-token.qoomon.workers.dev',
]

/** An organization of the documents that lets jobs of the workflow's owner in. */
const OTHER_OWNER = 'octo-labs'

export const SEED_ROLE = 'arn:aws:iam::123456789012:role/github-actions-access-token-api-access'
/** The role that the open server's stack makes for its callers. */
const OPEN_SERVER_ROLE = 'arn:aws:iam::123456789012:role/GitHubActionsAccessTokens-HttpApiAccess'

export type Inputs = Readonly<Record<string, string>>

/** Serves the system of an action for a job, with host names by role. */
export type Stand = (identity: Identity, inputs: Inputs) => Promise<World>

/** The host of the first URL in a text. */
function hostIn(text = ''): string {
  return new URL(/https:\/\/\S+/.exec(text)?.[0] ?? '').host
}

/** In the conditions of AWS. */
const PROVIDER = 'token.actions.githubusercontent.com'
const GOOGLE = Object.fromEntries(
  ['sts', 'iamcredentials', 'secretmanager'].map((role) => [role, `${role}.googleapis.com`]),
)

/** A role that was made for hashicorp/vault-action, which uses GitHub's default audience. */
const OF_VAULT_ACTION = { boundAudiences: ['https://github.com/octo-org'] }

/** Who may only read, in the cookbook. */
const READER = {
  host: 'app.cluster-ro-abc123.eu-central-1.rds.amazonaws.com',
  username: 'app_readonly',
  role: 'arn:aws:iam::123456789012:role/github-actions-read',
}

/** By folder of the action. */
export const STANDS: Readonly<Record<string, Stand>> = {
  '': (identity, { 'app-server': appServer = '' }) => {
    const scopes = ['actions', 'administration', 'contents', 'pull-requests', 'secrets']
    const permissions = scopes.map((scope) => `${scope}: write`).join(', ')
    const names = [identity.repository, 'target', 'website', 'library']
    const system = appServerSystem({
      otherOwners: [OTHER_OWNER],
      repositories: {
        ...policiesFor(identity, names, permissions),
        ...policiesFor(identity, ['target'], permissions, OTHER_OWNER),
      },
    })
    const host = hostIn(appServer)
    assert(APP_SERVERS.includes(host), `${host} is no app server of the documents`)
    return serve(system, identity, {
      variant: /^auth:/m.test(appServer) ? 'aws' : 'bearer',
      hosts: { 'app-server': host, sts: 'sts.eu-central-1.amazonaws.com', github: 'api.github.com' },
      prepare: ({ roles }) => {
        for (const arn of [SEED_ROLE, OPEN_SERVER_ROLE]) roles[arn] = roles[ROLE_ARN]!
      },
    })
  },
  bytebase: (identity) => {
    const config = {
      issuerUrl: ISSUER,
      allowedAudiences: ['https://bytebase.example.com'],
      subjectPattern: subjectOf(identity),
    }
    return serve(bytebaseSystem({ workloadIdentity: { config } }), identity, {
      hosts: { bytebase: 'bytebase.example.com' },
    })
  },
  'octo-sts': (identity) =>
    serve(octoStsSystem(), identity, {
      hosts: { 'octo-sts': 'octo-sts.dev', github: 'api.github.com' },
      prepare: ({ policies, scope }) => {
        policies[scope] = { [DEPLOY]: fenceOf('octo-sts/README.md', 'yaml', /^issuer: /) }
      },
    }),
  // PostgreSQL, or MySQL where the example says so.
  'database/aws-rds': (identity, { port, username }) =>
    serve(
      awsRdsSystem({ port: port === '3306' ? 3306 : 5432, ...(username === READER.username && READER) }),
      identity,
      {
        hosts: { sts: 'sts.eu-central-1.amazonaws.com' },
        prepare: ({ account, connect }) => {
          trust(account, identity, 'database/aws-rds/README.md')
          account.roles[READER.role] = account.roles[ROLE_ARN]!
          connect[READER.role] = [READER.username]
        },
      },
    ),
  'database/google-cloud-sql': (identity) => serve(googleCloudSql, identity, { hosts: GOOGLE }),
  'secret/aws-secrets-manager': (identity, { key, secrets }) =>
    serve(awsSecretsManager, identity, {
      variant: secrets !== undefined ? 'several' : key === undefined ? 'text' : 'key',
      hosts: {
        sts: 'sts.eu-central-1.amazonaws.com',
        secretsmanager: 'secretsmanager.eu-central-1.amazonaws.com',
      },
      prepare: ({ account }) => {
        trust(account, identity, 'secret/aws-secrets-manager/README.md')
      },
    }),
  'secret/google-secret-manager': (identity, inputs) =>
    serve(googleSecretManager, identity, {
      variant: 'secrets' in inputs ? 'several' : 'service-account' in inputs ? 'impersonation' : 'direct',
      hosts: GOOGLE,
    }),
  vault: (identity, { audience }) =>
    serve(audience === undefined ? vaultToken : vaultTokenSystem(OF_VAULT_ACTION), identity, {
      hosts: { vault: 'vault.example.com' },
    }),
  'secret/vault': (identity, { audience, secrets }) =>
    serve(vaultSystem(audience === undefined ? {} : { role: OF_VAULT_ACTION }), identity, {
      variant: secrets === undefined ? 'default' : 'several',
      hosts: { vault: 'vault.example.com' },
    }),
  'secret/http': (identity, { secrets: several }) =>
    serve(httpSecret, identity, {
      variant: several === undefined ? 'default' : 'several',
      hosts: { 'secret-endpoint': 'secrets.example.com' },
      prepare: ({ secrets, secret }) => {
        for (const path of ['/database-password', '/registry-password']) secrets[path] = Buffer.from(secret)
      },
    }),
}

/** The fence of a page that has this text. */
function fenceOf(page: string, language: string, text: RegExp): string {
  const document = readDocuments().find(({ file }) => file === page)
  const found =
    document && fencesOf(document).find((fence) => fence.language === language && text.test(fence.text))
  if (!found) throw new Error(`${page} has no such fence: ${text.source}`)
  return found.text
}

/** Gives the role the trust policy of the page. Steps without a job stand for jobs that it accepts. */
function trust({ roles }: AwsAccount, { environment }: Identity, page: string): void {
  if (environment === undefined) return
  const policy = JSON.parse(fenceOf(page, 'json', /AssumeRoleWithWebIdentity/)) as {
    Statement: { Condition: { StringEquals: Record<string, string> } }[]
  }
  const { [`${PROVIDER}:aud`]: audience, [`${PROVIDER}:sub`]: subject } =
    policy.Statement[0]!.Condition.StringEquals
  roles[ROLE_ARN] = { subjects: [subject!], audience: audience! }
}

async function serve<S extends Setup>(
  system: System<S>,
  identity: Identity,
  options: { variant?: string; hosts: Record<string, string>; prepare?: (setup: S) => void },
): Promise<World> {
  const { prepare, ...more } = options
  const world = await createWorld(system, { ...more, identity })
  prepare?.(world.setup)
  return world
}
