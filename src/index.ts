import type { Exchange } from './exchange.ts'
import { act } from './step/main.ts'
import { revokeSaved } from './step/post.ts'
import { runStep } from './step/process.ts'
import type { Revokers } from './step/step.ts'

/**
 * The exchange of each action, by the action's folder; `.` is the root. A family is a part of `dist` that is loaded only where
 * it is used, under the name given here.
 */
export const exchanges = {
  // A GitHub token from an app server.
  '.': async () => (await import(/* webpackChunkName: "app-server" */ './exchanges/app-server/exchange.ts')).appServer,
  // A Bytebase API token.
  bytebase: async () => (await import(/* webpackChunkName: "bytebase" */ './exchanges/bytebase/exchange.ts')).bytebase,
  // A GitHub token from Octo STS.
  'octo-sts': async () => (await import(/* webpackChunkName: "octo-sts" */ './exchanges/octo-sts/exchange.ts')).octoSts,
  // A token from any OAuth 2.0 token endpoint.
  'oauth-token': async () =>
    (await import(/* webpackChunkName: "oauth-token" */ './exchanges/oauth-token/exchange.ts')).oauthToken,
  // A Vault or OpenBao token.
  vault: async () => (await import(/* webpackChunkName: "vault" */ './exchanges/vault.ts')).vault,
  // A password for RDS or Aurora by IAM.
  'database/aws-rds': async () =>
    (await import(/* webpackChunkName: "aws" */ './exchanges/database/aws-rds.ts')).awsRds,
  // A password for Aurora DSQL by IAM.
  'database/aws-dsql': async () =>
    (await import(/* webpackChunkName: "aws" */ './exchanges/database/aws-dsql.ts')).awsDsql,
  // A password for Cloud SQL by IAM.
  'database/google-cloud-sql': async () =>
    (await import(/* webpackChunkName: "google" */ './exchanges/database/google-cloud-sql.ts')).googleCloudSql,
  // A password for Azure Database for PostgreSQL or MySQL.
  'database/azure': async () =>
    (await import(/* webpackChunkName: "azure" */ './exchanges/database/azure.ts')).azureDatabase,
  // Secrets of Vault's KV version 2 engine.
  'secret/vault': async () => (await import(/* webpackChunkName: "vault" */ './exchanges/secret/vault.ts')).secretVault,
  // Secrets of AWS Secrets Manager.
  'secret/aws-secrets-manager': async () =>
    (await import(/* webpackChunkName: "aws" */ './exchanges/secret/aws-secrets-manager/exchange.ts'))
      .awsSecretsManager,
  // Secrets of Google Secret Manager.
  'secret/google-secret-manager': async () =>
    (await import(/* webpackChunkName: "google" */ './exchanges/secret/google-secret-manager.ts')).googleSecretManager,
  // Secrets of Azure Key Vault.
  'secret/azure-key-vault': async () =>
    (await import(/* webpackChunkName: "azure" */ './exchanges/secret/azure-key-vault.ts')).azureKeyVault,
  // Secrets from an HTTP endpoint.
  'secret/http': async () =>
    (await import(/* webpackChunkName: "secret-http" */ './exchanges/secret/http.ts')).httpSecret,
} satisfies Record<string, () => Promise<unknown>>

/** What revokes the credentials of each issuer, by the name that a grant gives it. */
export const revokers = {
  // GitHub App installation tokens.
  github: async () => (await import(/* webpackChunkName: "github" */ './github/revoker.ts')).github,
  // Tokens of OAuth 2.0 servers.
  oauth: async () => (await import(/* webpackChunkName: "oauth-token" */ './exchanges/oauth-token/revoker.ts')).oauth,
  // Tokens of Vault and OpenBao.
  vault: async () => (await import(/* webpackChunkName: "vault" */ './vault/revoker.ts')).vault,
} satisfies Revokers

/**
 * The main step of an action.
 *
 * @param folder of the action, as `uses:` names it; `.` for the root
 */
export function main(folder: keyof typeof exchanges): Promise<void> {
  return runStep(revokers, async (step) => {
    // What an exchange reads as its settings goes back to that same exchange and to no other.
    const exchange = (await exchanges[folder]()) as Exchange<unknown>
    return act(exchange, step)
  })
}

/** The post step of every action whose token can be revoked. */
export function post(): Promise<void> {
  return runStep(revokers, revokeSaved)
}
