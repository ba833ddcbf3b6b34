import { accessToken } from '../../azure/federation.ts'
import { CLOUD_NAMES, CLOUDS, readFederation, type Federation } from '../../azure/settings.ts'
import type { Exchange } from '../../exchange.ts'

/**
 * A password for Azure Database for PostgreSQL or MySQL: an access token of an application or a managed identity (Microsoft,
 * "Microsoft Entra authentication with Azure Database for PostgreSQL", "… for MySQL"). The user is whatever name an
 * administrator gave it in the database.
 */
export const azureDatabase: Exchange<Federation> = {
  settings: (inputs, environment) => {
    const cloud = inputs.oneOf('cloud', CLOUD_NAMES, 'public')
    return readFederation(inputs, environment, cloud, CLOUDS[cloud].databases)
  },

  exchange: async (federation, tools) => {
    const { token, expiresAt } = await accessToken(federation, tools)
    return {
      secrets: [token],
      outputs: { token },
      summary: `Database password for "${federation.clientId}"${expiresAt ? `; ends ${expiresAt.toISOString()}` : ''}`,
      ...(expiresAt && { expiresAt }),
    }
  },
}
