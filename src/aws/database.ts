import { ActionError } from '../errors.ts'
import type { Grant, Tools } from '../exchange.ts'
import { not, type Inputs } from '../inputs/inputs.ts'
import { readRegion, type CredentialSource } from './credentials.ts'
import type { Scope } from './signer.ts'
import { readyToSign } from './signing.ts'

/** How long a database accepts a password, in s: the most of RDS, and what AWS's tools ask for by default. */
const SECONDS = 900
const HOST = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*$/
/** Any other name of AWS. */
const OF_AWS = /\.(?:(?:on|api)\.aws|amazonaws\.(?:com|com\.cn|eu))$/

/**
 * What the endpoints of each database service have in their names, in any partition, and where its passwords come from
 * (Amazon RDS User Guide; Aurora DSQL User Guide, also "AWS PrivateLink"; Amazon Redshift Management Guide).
 */
const SERVICES = {
  rds: { name: 'RDS or Aurora', endpoint: /\.rds\./, passwords: 'uses: …/database/aws-rds@v1' },
  dsql: {
    name: 'Aurora DSQL',
    endpoint: /^[a-z\d]+\.dsql(?:-[a-z\d]+)*\.[a-z\d-]+\.on\.aws$/,
    passwords: 'uses: …/database/aws-dsql@v1',
  },
  redshift: {
    name: 'Amazon Redshift',
    endpoint: /\.redshift\.amazonaws\.com(?:\.cn)?$/,
    passwords: 'aws redshift get-cluster-credentials-with-iam --cluster-identifier NAME',
  },
  serverless: {
    name: 'Amazon Redshift Serverless',
    endpoint: /\.redshift-serverless\.amazonaws\.com(?:\.cn)?$/,
    passwords: 'aws redshift-serverless get-credentials --workgroup-name NAME',
  },
}

/** Reads `host`, in lower case: the endpoint of a service, or a name that does not say whose it is, with a warning; empty after a problem. */
export function readHost(inputs: Inputs, kind: 'rds' | 'dsql', example: string): string {
  const host = inputs.matching(
    'host',
    inputs.required('host', example).toLowerCase(),
    HOST,
    'must be only the host name of the database endpoint',
    example,
  )
  const { name, endpoint } = SERVICES[kind]
  if (host === '' || endpoint.test(host)) return host
  const other = Object.values(SERVICES).find((service) => service.endpoint.test(host))
  if (other !== undefined) {
    inputs.problem('host', `is an endpoint of ${other.name}, whose passwords are other ones`, other.passwords)
    return ''
  }
  if (OF_AWS.test(host)) {
    const rule = `must be an endpoint of ${name}, not of another service of AWS${not(host)}`
    inputs.problem('host', rule, example)
    return ''
  }
  const service = kind === 'rds' ? 'RDS' : name
  inputs.warn(
    `${service} accepts the password only for an endpoint's own name, such as ${example}: "${host}" does not look like one. Set host to that name, however the client reaches the database.`,
  )
  return host
}

/** Reads `username`. */
export function readUsername(inputs: Inputs): string {
  const example = 'app_migrations'
  const given = inputs.required('username', example)
  return inputs.matching('username', given, /^\P{C}{1,128}$/u, 'must be the name of a database user', example)
}

/** Reads `region`, which must be the one in the name of the host, if that has one. */
export function readHostRegion(inputs: Inputs, host: string, told: string | undefined): string {
  const region = readRegion(inputs) || told || ''
  if (region === '' && host !== '') {
    inputs.problem('region', 'is required, because the host name does not contain it', 'eu-central-1')
  }
  if (told !== undefined && region !== told) {
    inputs.problem('region', `must be "${told}", as in the host name${not(region)}`, told)
  }
  return region
}

/** What a database takes as a password. */
export interface PasswordRequest {
  /** As it is signed. */
  readonly host: string
  readonly username: string
  readonly query: Readonly<Record<string, string>>
  readonly scope: Scope
  readonly source: CredentialSource
}

/**
 * A password for a database: a presigned request, computed here.
 *
 * @throws ActionError `NO_AWS_CREDENTIALS`, and as the login at STS throws it
 */
export async function databasePassword(request: PasswordRequest, tools: Tools): Promise<Grant> {
  const { host, username, query: asked, scope, source } = request
  const { credentials, signer } = await readyToSign(source, tools)
  const { expiresAt: end } = credentials
  const now = tools.now()
  // The database would refuse the token without saying why.
  if ('credentials' in source && end && end.getTime() <= now) {
    throw new ActionError(
      'NO_AWS_CREDENTIALS',
      `The AWS credentials in the environment expired at ${end.toISOString()}.`,
      { hint: 'Get new ones in a step right before this one, or set role-arn.' },
    )
  }
  const query = await signer.presignedQuery(host, new URLSearchParams(asked), credentials, scope, SECONDS, now)
  const token = `${host}/?${query}`
  // A client may quote the token in an encoding of its own; without the signature it is worth nothing.
  const signature = new URLSearchParams(query).get('X-Amz-Signature') ?? ''
  const signed = Math.floor(now / 1000) * 1000
  const expiresAt = new Date(Math.min(signed + SECONDS * 1000, end?.getTime() ?? Infinity))
  return {
    secrets: [token, signature],
    outputs: { token },
    summary: `Password of "${username}" for ${host}; opens connections until ${expiresAt.toISOString()}`,
    expiresAt,
  }
}
