import { createGoogleSecretManager, type GoogleSecretManagerOptions } from '../../fakes/google-secret-manager.ts'
import { createGoogle, type Google, type GoogleOptions } from '../../fakes/google.ts'
import { storedSecrets } from '../../fakes/secrets.ts'
import { GOOGLE_HOSTS, principalSet, PROVIDER } from '../database/google-cloud-sql.ts'
import type { Setup, System } from '../system.ts'

export const SERVICE_ACCOUNT = 'secrets@my-project.iam.gserviceaccount.com'
/** Its unique id. */
export const SERVICE_ACCOUNT_ID = '104523456789012345678'
const PROJECT = 'projects/123456789012'
/** As Google names it: with the project's number. */
export const SECRET = `${PROJECT}/secrets/database-password`

export interface GoogleSecretManagerSetup
  extends Setup, Pick<GoogleOptions, 'providers' | 'serviceAccounts'>, Pick<GoogleSecretManagerOptions, 'secrets'> {
  readonly google: Google
  readonly secret: string
}

/** Google Secret Manager with a secret that the job may read itself, or as a service account (variant `impersonation`). */
export const system: System<GoogleSecretManagerSetup> = {
  action: 'secret/google-secret-manager',
  variants: ['direct', 'impersonation', 'several'],
  hosts: GOOGLE_HOSTS,
  example: (inputs) => ({
    variant: 'secrets' in inputs ? 'several' : 'service-account' in inputs ? 'impersonation' : 'direct',
  }),
  setUp(foundations, variant) {
    const { identity, issue, url } = foundations
    const impersonates = variant === 'impersonation'
    const { several, secret, database, license, mapping, outputs } = storedSecrets(variant, issue)
    const member = principalSet(identity.repositoryId)
    const providers = { [PROVIDER]: {} }
    const serviceAccounts = { [SERVICE_ACCOUNT]: [member] }
    const secrets: GoogleSecretManagerOptions['secrets'] = {
      [SECRET]: {
        accessors: [impersonates ? `serviceAccount:${SERVICE_ACCOUNT}` : member],
        versions: [{ data: Buffer.from(`${secret}-old`) }, { data: Buffer.from(secret) }],
      },
      ...(several && {
        [`${PROJECT}/secrets/database`]: { accessors: [member], versions: [{ data: Buffer.from(database) }] },
        [`${PROJECT}/secrets/license`]: {
          accessors: [member],
          versions: ['first', 'second', license].map((text) => ({ data: Buffer.from(text) })),
        },
      }),
    }
    const uniqueIds = { [SERVICE_ACCOUNT_ID]: SERVICE_ACCOUNT }
    const google = createGoogle({ ...foundations, providers, serviceAccounts, uniqueIds })
    const projects = { 'my-project': '123456789012' }
    return {
      handlers: {
        sts: google.sts,
        ...(impersonates && { iamcredentials: google.iamCredentials }),
        secretmanager: createGoogleSecretManager({ google, projects, secrets }),
      },
      exchangeRole: 'secretmanager',
      inputs: () => ({
        ...(several
          ? {
              secrets: mapping(
                'projects/my-project/secrets/database',
                'projects/my-project/secrets/license/versions/3',
              ),
            }
          : { secret: 'projects/my-project/secrets/database-password' }),
        'workload-identity-provider': PROVIDER,
        ...(impersonates && { 'service-account': SERVICE_ACCOUNT }),
      }),
      environment: () => ({
        GHA_ENDPOINT_OVERRIDE_sts: `${url('sts')}/v1`,
        GHA_ENDPOINT_OVERRIDE_secretmanager: `${url('secretmanager')}/v1`,
        ...(impersonates && { GHA_ENDPOINT_OVERRIDE_iamcredentials: `${url('iamcredentials')}/v1` }),
      }),
      deny() {
        for (const [name, stored] of Object.entries(secrets)) secrets[name] = { ...stored, accessors: [] }
      },
      mend() {
        secrets[SECRET] = { ...secrets[SECRET]!, accessors: [member] }
      },
      store(name, fields) {
        const data = Buffer.from(JSON.stringify(fields))
        secrets[`${PROJECT}/secrets/${name}`] = { accessors: [member], versions: [{ data }] }
        return `projects/my-project/secrets/${name}`
      },
      ...outputs,
      google,
      providers,
      serviceAccounts,
      secrets,
    }
  },
}
