import type { Exchange } from './exchange.ts'
import { act } from './step/main.ts'
import { takeBackSaved } from './step/post.ts'
import { runStep } from './step/process.ts'

/**
 * The exchange of each action, by the action's folder; `.` is the root. Each is a part of `dist` that is loaded only where
 * it is used, under the name given here.
 */
export const exchanges = {
  // A GitHub token from an app server.
  '.': async () =>
    (await import(/* webpackChunkName: "app-server" */ './exchanges/app-server/exchange.ts')).appServer,
  // A Bytebase API token.
  bytebase: async () =>
    (await import(/* webpackChunkName: "bytebase" */ './exchanges/bytebase/exchange.ts')).bytebase,
  // A GitHub token from Octo STS.
  'octo-sts': async () =>
    (await import(/* webpackChunkName: "octo-sts" */ './exchanges/octo-sts/exchange.ts')).octoSts,
  // A password for RDS or Aurora by IAM.
  'database/aws-rds': async () =>
    (await import(/* webpackChunkName: "database-aws-rds" */ './exchanges/database/aws-rds.ts')).awsRds,
  // A password for Cloud SQL by IAM.
  'database/google-cloud-sql': async () =>
    (
      await import(
        /* webpackChunkName: "database-google-cloud-sql" */ './exchanges/database/google-cloud-sql.ts'
      )
    ).googleCloudSql,
  // Secrets of AWS Secrets Manager.
  'secret/aws-secrets-manager': async () =>
    (
      await import(
        /* webpackChunkName: "secret-aws-secrets-manager" */ './exchanges/secret/aws-secrets-manager/exchange.ts'
      )
    ).awsSecretsManager,
  // Secrets of Google Secret Manager.
  'secret/google-secret-manager': async () =>
    (
      await import(
        /* webpackChunkName: "secret-google-secret-manager" */ './exchanges/secret/google-secret-manager.ts'
      )
    ).googleSecretManager,
  // A Vault or OpenBao token.
  vault: async () => (await import(/* webpackChunkName: "vault" */ './exchanges/vault.ts')).vault,
  // Secrets of Vault's KV version 2 engine.
  'secret/vault': async () =>
    (await import(/* webpackChunkName: "secret-vault" */ './exchanges/secret/vault.ts')).secretVault,
  // Secrets from an HTTP endpoint.
  'secret/http': async () =>
    (await import(/* webpackChunkName: "secret-http" */ './exchanges/secret/http.ts')).httpSecret,
} satisfies Record<string, () => Promise<unknown>>

/**
 * The main step of an action.
 *
 * @param folder of the action, as `uses:` names it; `.` for the root
 */
export function main(folder: keyof typeof exchanges): Promise<void> {
  return runStep(async (runner, clock, cancellation) => {
    // What an exchange reads as its settings goes back to that same exchange and to no other.
    const exchange = (await exchanges[folder]()) as Exchange<unknown>
    return act(exchange, runner, clock, cancellation)
  })
}

/** The post step of every action whose token can be taken back. */
export function post(): Promise<void> {
  return runStep(async (runner, clock, cancellation) => {
    await takeBackSaved(runner, clock, cancellation)
    return true
  })
}
