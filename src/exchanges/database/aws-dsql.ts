import { readCredentialSource } from '../../aws/credentials.ts'
import { databasePassword, readHost, readHostRegion, readUsername, type PasswordRequest } from '../../aws/database.ts'
import type { Exchange } from '../../exchange.ts'

/** The public endpoint of a cluster, or that of AWS PrivateLink (Aurora DSQL User Guide). */
const ENDPOINT = /\.dsql[a-z\d-]*\.([a-z\d-]+)\.on\.aws$/
/** The role that every cluster has, with an IAM action of its own. */
const ADMIN = 'admin'

/** A password for a cluster of Aurora DSQL: a presigned `DbConnect` or `DbConnectAdmin` request ("Authentication tokens", Aurora DSQL User Guide). */
export const awsDsql: Exchange<PasswordRequest> = {
  settings: (inputs, environment) => {
    const host = readHost(inputs, 'dsql', 'abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws')
    const username = readUsername(inputs)
    const region = readHostRegion(inputs, host, ENDPOINT.exec(host)?.[1])
    return {
      host,
      username,
      query: { Action: username === ADMIN ? 'DbConnectAdmin' : 'DbConnect' },
      scope: { region, service: 'dsql' },
      source: readCredentialSource(inputs, environment, region),
    }
  },
  exchange: databasePassword,
}
