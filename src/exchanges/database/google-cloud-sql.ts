import type { Exchange } from '../../exchange.ts'
import { serviceAccountToken } from '../../google/federation.ts'
import { readFederation, readServiceAccount, type Federation } from '../../google/settings.ts'

/** All that the token may be used for: to log in to a database. */
const SCOPE = 'https://www.googleapis.com/auth/sqlservice.login'

interface Settings {
  readonly federation: Federation
  readonly serviceAccount: string
}

/** A password for a Cloud SQL database: an access token of a service account (Google, "Cloud SQL IAM database authentication"). */
export const googleCloudSql: Exchange<Settings> = {
  settings: (inputs, environment) => ({
    federation: readFederation(inputs, environment),
    serviceAccount: readServiceAccount(inputs, true),
  }),

  exchange: async ({ federation, serviceAccount }, tools) => {
    const { token, expiresAt } = await serviceAccountToken(federation, serviceAccount, SCOPE, tools)
    return {
      secrets: [token],
      outputs: { token, username: serviceAccount },
      summary: `Database password for "${serviceAccount}"${expiresAt ? `; ends ${expiresAt.toISOString()}` : ''}`,
      ...(expiresAt && { expiresAt }),
    }
  },
}
