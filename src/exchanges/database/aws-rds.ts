import { readCredentialSource, readRegion, type CredentialSource } from '../../aws/credentials.ts'
import { readyToSign } from '../../aws/signing.ts'
import { ActionError } from '../../errors.ts'
import type { Exchange } from '../../exchange.ts'
import { not, type Inputs } from '../../inputs/inputs.ts'

/** How long a database accepts the token, in s. */
const SECONDS = 900
const HOST = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*$/
const HOST_EXAMPLE = 'app.cluster-abc123.eu-central-1.rds.amazonaws.com'
/** What every endpoint of RDS has in its name, in any partition. */
const OF_RDS = /\.rds\./
/** Host names of AWS, and the service, where it is known to take another kind of password. */
const OF_AWS =
  /\.(?:(?<dsql>dsql)[\w-]*\.[a-z\d-]+\.on\.aws|(?<redshift>redshift)(?:-serverless)?\.amazonaws\.com(?:\.cn)?|on\.aws|amazonaws\.(?:com|com\.cn|eu))$/
/** The endpoint of an instance, a cluster or a proxy. In China the region comes after `rds`; it used to come before it. */
const RDS_HOST = /\.(?:([a-z]+(?:-[a-z]+)+-\d+)\.rds|rds\.(cn-[a-z]+-\d+))\.amazonaws\.(?:com|com\.cn|eu)$/

interface Settings {
  /** With the port, as the signature has it. */
  readonly host: string
  readonly username: string
  readonly region: string
  readonly source: CredentialSource
}

/** A password for a database of Amazon RDS or Aurora: a presigned `connect` request, computed here ("IAM database authentication", RDS User Guide). */
export const awsRds: Exchange<Settings> = {
  settings: (inputs, environment) => {
    const host = readHost(inputs)
    const port = inputs.required('port', '5432')
    if (port !== '' && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535)) {
      inputs.problem('port', `must be a port from 1 to 65535${not(port)}`, '5432')
    }
    const username = inputs.matching(
      'username',
      inputs.required('username', 'app_migrations'),
      /^\P{C}{1,128}$/u,
      'must be the name of a database user',
      'app_migrations',
    )
    const [, usual, chinese] = RDS_HOST.exec(host) ?? []
    const told = usual ?? chinese
    const region = readRegion(inputs) || told || ''
    if (region === '' && host !== '') {
      inputs.problem('region', 'is required, because the host name does not contain it', 'eu-central-1')
    }
    if (told !== undefined && region !== told) {
      inputs.problem('region', `must be "${told}", as in the host name${not(region)}`, told)
    }
    if (host !== '' && !OF_RDS.test(host)) {
      inputs.warn(
        `RDS accepts the password only for an endpoint's own name, such as ${HOST_EXAMPLE}: "${host}" does not look like one. Set host to that name, however the client reaches the database.`,
      )
    }
    const source = readCredentialSource(inputs, environment, region)
    return { host: `${host}:${port}`, username, region, source }
  },

  exchange: async ({ host, username, region, source }, tools) => {
    const signing = await readyToSign(source, tools)
    const now = tools.now()
    // The database would refuse the token without saying why.
    if ('credentials' in source && signing.expiresAt && signing.expiresAt.getTime() <= now) {
      const ended = signing.expiresAt.toISOString()
      throw new ActionError(
        'NO_AWS_CREDENTIALS',
        `The AWS credentials in the environment expired at ${ended}.`,
        {
          hint: 'Get new ones in a step right before this one, or set role-arn.',
        },
      )
    }
    const query = await signing.query(
      host,
      new URLSearchParams({ Action: 'connect', DBUser: username }),
      { region, service: 'rds-db' },
      SECONDS,
      now,
    )
    const token = `${host}/?${query}`
    // A client may quote the token in an encoding of its own; without the signature it is worth nothing.
    const signature = new URLSearchParams(query).get('X-Amz-Signature') ?? ''
    const signed = Math.floor(now / 1000) * 1000
    const ends = Math.min(signed + SECONDS * 1000, signing.expiresAt?.getTime() ?? Infinity)
    const expiresAt = new Date(ends)
    return {
      secrets: [token, signature],
      outputs: { token },
      summary: `Password of "${username}" for ${host}; opens connections until ${expiresAt.toISOString()}`,
      expiresAt,
    }
  },
}

/** The host name of the database; empty after a problem. */
function readHost(inputs: Inputs): string {
  const host = inputs.matching(
    'host',
    inputs.required('host', HOST_EXAMPLE).toLowerCase(),
    HOST,
    'must be only the host name of the database endpoint',
    HOST_EXAMPLE,
  )
  const { dsql, redshift } = OF_AWS.exec(host)?.groups ?? {}
  if (OF_RDS.test(host) || !OF_AWS.test(host)) return host
  const service = dsql ? 'Aurora DSQL' : redshift ? 'Amazon Redshift' : 'another service of AWS'
  inputs.problem('host', `must be an endpoint of RDS or Aurora, not of ${service}${not(host)}`, HOST_EXAMPLE)
  return ''
}
