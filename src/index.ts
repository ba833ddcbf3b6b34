import { ActionError, asActionError } from './errors.ts'
import { act } from './step/main.ts'
import type { Exchange } from './exchange.ts'
import type { Clock } from './http/client.ts'
import { post as takeBack } from './step/post.ts'
import { createRunner } from './step/runner.ts'

/** The clock of the machine. */
const clock: Clock = {
  now: Date.now,
  // Not performance.now(): that global loads eight modules of Node.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      }, ms)
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
    }),
  timer: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => {
      clearTimeout(timer)
    }
  },
}

/** Runs a step and ends the process. A process that ends in any other way has failed. */
async function run(step: (signal: AbortSignal) => Promise<boolean>): Promise<void> {
  process.exitCode = 1
  const cancel = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      cancel.abort(
        new ActionError('CANCELLED', `The job was cancelled (${name}) while the step was under way.`),
      )
    })
  }
  const code = (await step(cancel.signal).catch(failed)) ? 0 : 1
  // Flushed, then ended: nothing that a server keeps open may hold the job up.
  process.stdout.write('', () => process.exit(code))
}

/** What the lifecycle itself could not handle: a fault of this action. */
function failed(error: unknown): boolean {
  createRunner().error(`${asActionError(error).message} ${asActionError(error).hint}`)
  return false
}

function runExchange<Settings>(load: () => Promise<Exchange<Settings>>): Promise<void> {
  return run(async (signal) => act(await load(), createRunner(), clock, signal))
}

/** `action.yml`: a GitHub token from an app server. */
export const main = (): Promise<void> =>
  runExchange(
    async () =>
      (await import(/* webpackChunkName: "app-server" */ './exchanges/app-server/exchange.ts')).appServer,
  )

/** The post step of every action that hands out a GitHub token. */
export const post = (): Promise<void> =>
  run(async (signal) => {
    await takeBack(createRunner(), clock, signal)
    return true
  })

/** `bytebase/action.yml`: a Bytebase API token. */
export const bytebase = (): Promise<void> =>
  runExchange(
    async () => (await import(/* webpackChunkName: "bytebase" */ './exchanges/bytebase.ts')).bytebase,
  )

/** `octo-sts/action.yml`: a GitHub token from Octo STS. */
export const octoSts = (): Promise<void> =>
  runExchange(
    async () => (await import(/* webpackChunkName: "octo-sts" */ './exchanges/octo-sts.ts')).octoSts,
  )

/** `database/aws-rds/action.yml`: a password for RDS or Aurora by IAM. */
export const awsRds = (): Promise<void> =>
  runExchange(
    async () => (await import(/* webpackChunkName: "aws-rds" */ './exchanges/database/aws-rds.ts')).awsRds,
  )

/** `database/google-cloud-sql/action.yml`: a password for Cloud SQL by IAM. */
export const googleCloudSql = (): Promise<void> =>
  runExchange(
    async () =>
      (await import(/* webpackChunkName: "google-cloud-sql" */ './exchanges/database/google-cloud-sql.ts'))
        .googleCloudSql,
  )

/** `secret/aws-secrets-manager/action.yml`: a secret of AWS Secrets Manager. */
export const awsSecretsManager = (): Promise<void> =>
  runExchange(
    async () =>
      (
        await import(
          /* webpackChunkName: "aws-secrets-manager" */ './exchanges/secret/aws-secrets-manager.ts'
        )
      ).awsSecretsManager,
  )

/** `secret/google-secret-manager/action.yml`: a secret of Google Secret Manager. */
export const googleSecretManager = (): Promise<void> =>
  runExchange(
    async () =>
      (
        await import(
          /* webpackChunkName: "google-secret-manager" */ './exchanges/secret/google-secret-manager.ts'
        )
      ).googleSecretManager,
  )

/** `secret/vault/action.yml`: one key of a Vault KV v2 secret. */
export const vault = (): Promise<void> =>
  runExchange(async () => (await import(/* webpackChunkName: "vault" */ './exchanges/secret/vault.ts')).vault)

/** `secret/http/action.yml`: a secret from an HTTP endpoint. */
export const httpSecret = (): Promise<void> =>
  runExchange(
    async () => (await import(/* webpackChunkName: "http-secret" */ './exchanges/secret/http.ts')).httpSecret,
  )
