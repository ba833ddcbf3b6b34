import { ActionError } from '../errors.ts'
import type { Environment, Tools } from '../exchange.ts'
import { jsonObject, member, timeOf } from '../http/answer.ts'
import { formMessage, type Call } from '../http/call.ts'
import { credential } from '../identity/credential.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { awsEndpoint } from './endpoint.ts'
import { REGION, ROLE_ARN } from './names.ts'
import { stsRefusal, type Role } from './refusal.ts'

/** AWS credentials. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiresAt?: Date
}

/** As errors name it. */
const STS = 'AWS STS'
/** How long the role is assumed for, in s: the least that STS gives. */
const SESSION_SECONDS = 900

/** The credentials in the environment, or none. */
function environmentCredentials(inputs: Inputs, environment: Environment): AwsCredentials | undefined {
  const text = (name: string): string => {
    const value = (environment[`AWS_${name}`] ?? '').trim()
    // It has to fit into a header. The problem does not repeat it.
    if (!/^[\x20-\x7e]*$/.test(value)) {
      inputs.problem(`AWS_${name}`, 'must be one printable line', 'what configure-aws-credentials sets')
    }
    return value
  }
  const accessKeyId = text('ACCESS_KEY_ID')
  const secretAccessKey = text('SECRET_ACCESS_KEY')
  const sessionToken = text('SESSION_TOKEN')
  const expiresAt = timeOf(text('CREDENTIAL_EXPIRATION'))
  if (accessKeyId === '' || secretAccessKey === '') return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }), ...(expiresAt && { expiresAt }) }
}

/** How to get AWS credentials: by the job's identity, or from the environment. */
export type CredentialSource = Role | { readonly credentials: AwsCredentials }

/**
 * Where the credentials come from: the role, or else the environment.
 *
 * @param role undefined where none was given; its audience may be empty
 * @param roleInput the input that would name a role, for the error's text
 * @throws ActionError `NO_AWS_CREDENTIALS`; `INVALID_INPUT` where other inputs are wrong as well
 */
export function credentialSource(
  inputs: Inputs,
  environment: Environment,
  role: { readonly arn: string; readonly audience: string } | undefined,
  region: string,
  roleInput: string,
): CredentialSource {
  if (role !== undefined) {
    const endpoint = awsEndpoint(inputs, environment, 'sts', 'STS', region)
    return { roleArn: role.arn, endpoint, audience: role.audience || usualAudience(region) }
  }
  const credentials = environmentCredentials(inputs, environment)
  if (credentials) return { credentials }
  inputs.check()
  throw new ActionError(
    'NO_AWS_CREDENTIALS',
    `The request cannot be signed for AWS: ${roleInput} is not set, and the environment has no AWS credentials.`,
    {
      hint: `Set ${roleInput}, for example arn:aws:iam::123456789012:role/github-actions, or run aws-actions/configure-aws-credentials in an earlier step.`,
    },
  )
}

/** What the IAM identity provider lists by AWS's own pages (README of aws-actions/configure-aws-credentials). */
function usualAudience(region: string): string {
  return region.startsWith('cn-') ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com'
}

/** Reads `region`; empty if it may be left out and is, and after a problem. */
export function readRegion(inputs: Inputs, isRequired?: 'required'): string {
  const example = 'eu-central-1'
  const given = isRequired ? inputs.required('region', example) : inputs.text('region')
  return inputs.matching('region', given, REGION, 'must be an AWS region', example)
}

/** Reads `role-arn` and `audience`; see {@link credentialSource}. */
export function readCredentialSource(inputs: Inputs, environment: Environment, region: string): CredentialSource {
  const given = inputs.text('role-arn')
  const example = 'arn:aws:iam::123456789012:role/github-actions'
  inputs.matching('role-arn', given, ROLE_ARN, 'must be the ARN of a role', example)
  const audience = inputs.line('audience')
  const role = given === '' ? undefined : { arn: given, audience }
  return credentialSource(inputs, environment, role, region, 'role-arn')
}

/**
 * Credentials from their source: `AssumeRoleWithWebIdentity` for 900 s, unsigned (AWS STS API Reference).
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
export async function awsCredentials(source: CredentialSource, tools: Tools): Promise<AwsCredentials> {
  if ('credentials' in source) {
    tools.mask(source.credentials.secretAccessKey)
    if (source.credentials.sessionToken !== undefined) tools.mask(source.credentials.sessionToken)
    return source.credentials
  }
  return tools.send(assumeRole(source, tools))
}

function assumeRole(role: Role, tools: Tools): Call<AwsCredentials> {
  const { roleArn, endpoint, audience } = role
  return {
    service: STS,
    method: 'POST',
    url: endpoint,
    audience,
    grantEnds: 'within 15 minutes',
    prepare: async () =>
      formMessage({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: sessionName(tools.environment),
        DurationSeconds: String(SESSION_SECONDS),
        WebIdentityToken: await tools.idToken(audience),
      }),
    refusal: (answer) => stsRefusal(answer, role),
    read: (answer) => {
      const given = member(
        jsonObject(answer, STS, endpoint),
        'AssumeRoleWithWebIdentityResponse',
        'AssumeRoleWithWebIdentityResult',
        'Credentials',
      )
      const text = (name: string): string => credential(member(given, name), name, STS, tools.mask)
      const expiresAt = timeOf(member(given, 'Expiration'))
      return {
        // Not a secret, but as in the AWS tools it is masked all the same.
        accessKeyId: text('AccessKeyId'),
        secretAccessKey: text('SecretAccessKey'),
        sessionToken: text('SessionToken'),
        ...(expiresAt && { expiresAt }),
      }
    },
  }
}

/** Who assumed the role, for CloudTrail: run and repository, in the characters and the 64 that STS allows. */
function sessionName(environment: Environment): string {
  const name = `${environment['GITHUB_RUN_ID'] || 'run'}@${environment['GITHUB_REPOSITORY'] || 'github-actions'}`
  return name.replace(/[^\w+=,.@-]/g, '.').slice(0, 64)
}
