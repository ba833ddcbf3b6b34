import { parse } from 'yaml'
import { createCloudSql, type CloudSql } from '../../fakes/google-cloud-sql.ts'
import { createGoogle, type Google, type GoogleOptions, type Provider } from '../../fakes/google.ts'
import type { Setup, System } from '../system.ts'

export const POOL = 'projects/123456789012/locations/global/workloadIdentityPools/github'
export const PROVIDER = `${POOL}/providers/octo-org`
export const SERVICE_ACCOUNT = 'database@my-project.iam.gserviceaccount.com'

/** The hosts of Google's APIs, by role. */
export const GOOGLE_HOSTS = Object.fromEntries(
  ['sts', 'iamcredentials', 'secretmanager'].map((role) => [role, `${role}.googleapis.com`]),
)

/** The jobs of a repository, as members of an IAM policy. */
export function principalSet(repositoryId: string): string {
  return `principalSet://iam.googleapis.com/${POOL}/attribute.repository_id/${repositoryId}`
}

export interface GoogleCloudSqlSetup extends Setup, Pick<GoogleOptions, 'providers' | 'serviceAccounts'> {
  readonly google: Google
  readonly database: CloudSql
}

/** Google Cloud with a provider for the owner and a service account that is a user of a Cloud SQL instance. */
export const system: System<GoogleCloudSqlSetup> = {
  action: 'database/google-cloud-sql',
  variants: ['default'],
  hosts: GOOGLE_HOSTS,
  setUp(foundations) {
    const { identity, url } = foundations
    const providers: Record<string, Provider> = {
      [PROVIDER]: { condition: (claims) => claims['repository_owner_id'] === identity.ownerId },
    }
    const serviceAccounts = { [SERVICE_ACCOUNT]: [principalSet(identity.repositoryId)] }
    const google = createGoogle({ ...foundations, providers, serviceAccounts })
    const database = createCloudSql({ token: google.token, users: [SERVICE_ACCOUNT] })
    return {
      handlers: { sts: google.sts, iamcredentials: google.iamCredentials },
      exchangeRole: 'sts',
      credential: 'token',
      inputs: () => ({ 'workload-identity-provider': PROVIDER, 'service-account': SERVICE_ACCOUNT }),
      environment: () => ({
        GHA_ENDPOINT_OVERRIDE_sts: `${url('sts')}/v1`,
        GHA_ENDPOINT_OVERRIDE_iamcredentials: `${url('iamcredentials')}/v1`,
      }),
      deny() {
        providers[PROVIDER] = { condition: () => false }
      },
      mend([pasted]) {
        const { attributeCondition } = parse(pasted!.text) as { attributeCondition: string }
        const conditions = attributeCondition.split(' && ').map((part) => {
          const [, claim, value] = /^assertion\.(\w+) == "([^"]+)"$/.exec(part) ?? []
          if (claim === undefined) throw new Error(`not understood: ${part}`)
          return [claim, value] as const
        })
        providers[PROVIDER] = { condition: (claims) => conditions.every(([claim, value]) => claims[claim] === value) }
      },
      accepts: (password) =>
        database.refusal({ engine: 'postgres', user: 'database@my-project.iam', password }) === undefined,
      google,
      database,
      providers,
      serviceAccounts,
    }
  },
}
