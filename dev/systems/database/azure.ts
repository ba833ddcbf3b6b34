import { createEntra, type Entra, type EntraOptions, type FederatedCredential } from '../../fakes/entra.ts'
import { subjectOf } from '../../fakes/identity.ts'
import { ISSUER } from '../../fakes/issuer.ts'
import type { Foundations, Setup, System } from '../system.ts'

export const TENANT = '11111111-2222-3333-4444-555555555555'
export const CLIENT = '66666666-7777-8888-9999-aaaaaaaaaaaa'

/** A tenant with an application that trusts the job. */
export interface EntraSetup extends Pick<EntraOptions, 'clients'> {
  readonly entra: Entra
}

export function entraOf(foundations: Foundations, resources: readonly string[]): EntraSetup {
  const subject = subjectOf(foundations.identity)
  const clients = { [CLIENT]: [{ issuer: ISSUER, subject, audiences: ['api://AzureADTokenExchange'] }] }
  return { entra: createEntra({ ...foundations, tenant: TENANT, clients, resources }), clients }
}

export interface AzureDatabaseSetup extends Setup, EntraSetup {
  /** Has all of it be in the cloud of the US government. */
  readonly moveToGovernment: () => void
}

/** A tenant with an application that is a user of a database. */
export const system: System<AzureDatabaseSetup> = {
  action: 'database/azure',
  variants: ['default'],
  hosts: { login: 'login.microsoftonline.com' },
  example: ({ cloud }) =>
    cloud === 'usgov'
      ? {
          hosts: { login: 'login.microsoftonline.us' },
          prepare({ moveToGovernment }) {
            moveToGovernment()
          },
        }
      : {},
  setUp(foundations) {
    const databases = ['https://ossrdbms-aad.database.windows.net']
    const setup = entraOf(foundations, databases)
    const { entra, clients } = setup
    return {
      ...setup,
      handlers: { login: entra.handler },
      exchangeRole: 'login',
      credential: 'token',
      inputs: () => ({ 'tenant-id': TENANT, 'client-id': CLIENT }),
      environment: () => ({ AZURE_AUTHORITY_HOST: foundations.url('login') }),
      deny() {
        const [trusted] = clients[CLIENT]!
        clients[CLIENT] = [{ ...trusted!, subject: `${trusted!.subject}-of-another` }]
      },
      mend([pasted]) {
        clients[CLIENT] = [...clients[CLIENT]!, JSON.parse(pasted!.text) as FederatedCredential]
      },
      accepts(password) {
        const known = entra.token(password)
        return known !== undefined && known.resource === databases[0] && known.clientId === CLIENT
      },
      moveToGovernment() {
        databases[0] = 'https://ossrdbms-aad.database.usgovcloudapi.net'
        const [trusted] = clients[CLIENT]!
        clients[CLIENT] = [{ ...trusted!, audiences: ['api://AzureADTokenExchangeUSGov'] }]
      },
    }
  },
}
