import { readCredentialSource } from '../../aws/credentials.ts'
import { databasePassword, readHost, readHostRegion, readUsername, type PasswordRequest } from '../../aws/database.ts'
import type { Exchange } from '../../exchange.ts'
import { not } from '../../inputs/inputs.ts'

/** The endpoint of an instance, a cluster or a proxy. In China the region comes after `rds`; it used to come before it. */
const ENDPOINT = /\.(?:([a-z]+(?:-[a-z]+)+-\d+)\.rds|rds\.(cn-[a-z]+-\d+))\.amazonaws\.(?:com|com\.cn|eu)$/

/** A password for a database of Amazon RDS or Aurora: a presigned `connect` request with host and port ("IAM database authentication", RDS User Guide). */
export const awsRds: Exchange<PasswordRequest> = {
  settings: (inputs, environment) => {
    const host = readHost(inputs, 'rds', 'app.cluster-abc123.eu-central-1.rds.amazonaws.com')
    const port = inputs.required('port', '5432')
    if (port !== '' && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535)) {
      inputs.problem('port', `must be a port from 1 to 65535${not(port)}`, '5432')
    }
    const username = readUsername(inputs)
    const [, usual, chinese] = ENDPOINT.exec(host) ?? []
    const region = readHostRegion(inputs, host, usual ?? chinese)
    return {
      host: `${host}:${port}`,
      username,
      query: { Action: 'connect', DBUser: username },
      scope: { region, service: 'rds-db' },
      source: readCredentialSource(inputs, environment, region),
    }
  },
  exchange: databasePassword,
}
