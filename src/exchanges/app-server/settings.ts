import type { CredentialSource } from '../../aws/credentials.ts'
import type { Scope } from '../../aws/signer.ts'
import type { Environment } from '../../exchange.ts'
import type { Headers } from '../../inputs/headers.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { readPermissions, type Permissions } from './permissions.ts'
import { readRepositories, type Repositories } from './repositories.ts'
import { readAppServer, type AwsAuth } from './server.ts'

/** The server, as a sentence names it. */
export const SERVICE = 'the app server'

/** How requests are signed. */
export interface Aws {
  readonly source: CredentialSource
  readonly scope: Scope
}

/** What the grant is compared with. */
export interface Asked {
  /** `owner/name` of the workflow's own repository, as the run has it. */
  readonly workflowRepository: string
  readonly owner: string
  /** Bare names, or all of the owner's. */
  readonly repositories: readonly string[] | 'ALL'
  readonly permissions: Permissions
}

export interface Settings {
  readonly url: URL
  readonly audience: string
  readonly headers: Headers
  /** Where AWS IAM protects the app server. */
  readonly aws: Aws | undefined
  /** As the request has it: the app server itself knows the workflow's repository. */
  readonly target: Repositories
  readonly asked: Asked
  readonly apiUrl: string
  readonly outlivesJob: boolean
}

/**
 * Reads the inputs of the root action.
 *
 * @throws ActionError `INVALID_INPUT`, `NO_AWS_CREDENTIALS`
 */
export async function readSettings(inputs: Inputs, environment: Environment): Promise<Settings> {
  const { url, auth } = await readAppServer(inputs, 'app-server')
  const workflowRepository = environment['GITHUB_REPOSITORY'] ?? ''
  const [workflowOwner = '', workflowName = ''] = workflowRepository.split('/')
  const target = await readRepositories(inputs, workflowRepository)
  const permissions = await readPermissions(inputs, 'permissions')
  const apiUrl = inputs.url('github-api-url', inputs.text('github-api-url'), 'https://api.github.com')
  const outlivesJob = inputs.boolean('skip-token-revoke')
  const headers = inputs.headers()
  inputs.check()
  const { owner = workflowOwner, repositories = [workflowName] } = target
  return {
    url: new URL(`${url.href.replace(/\/+$/, '')}/access_tokens`),
    audience: inputs.line('audience') || url.hostname,
    headers,
    aws: auth && (await readAws(auth, inputs, environment)),
    target,
    asked: { workflowRepository, owner, repositories, permissions },
    apiUrl: apiUrl.href,
    outlivesJob,
  }
}

async function readAws(
  { roleArn, audience, region, service }: AwsAuth,
  inputs: Inputs,
  environment: Environment,
): Promise<Aws> {
  // Most app servers are not behind AWS IAM.
  const { credentialSource } = await import(/* webpackChunkName: "aws" */ '../../aws/credentials.ts')
  const role = roleArn === '' ? undefined : { arn: roleArn, audience }
  const source = credentialSource(inputs, environment, role, region, 'app-server.auth.roleArn')
  return { source, scope: { region, service } }
}
