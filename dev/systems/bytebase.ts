import { parse } from 'yaml'
import { createBytebase, type Bytebase, type BytebaseOptions, type WorkloadIdentity } from '../fakes/bytebase.ts'
import { subjectOf } from '../fakes/identity.ts'
import { ISSUER } from '../fakes/issuer.ts'
import type { Setup, System } from './system.ts'

export const EMAIL = 'github-actions@workload.bytebase.com'
/** Of the page: the identity of pull requests. */
const CHECK_EMAIL = 'migration-check@workload.bytebase.com'

export interface BytebaseSetup extends Setup, Pick<BytebaseOptions, 'identities'> {
  readonly bytebase: Bytebase
}

/** A Bytebase server with one workload identity, that of the job. */
export function bytebaseSystem(settings: Pick<BytebaseOptions, 'prefix'> = {}): System<BytebaseSetup> {
  return {
    action: 'bytebase',
    variants: ['default'],
    example: ({ email = EMAIL }, identity) => ({
      prepare({ identities }) {
        if (![EMAIL, CHECK_EMAIL].includes(email)) return
        const allowedAudiences = ['https://bytebase.example.com']
        const config = { issuerUrl: ISSUER, allowedAudiences, subjectPattern: subjectOf(identity) }
        identities[email] = { ...identities[email], config }
      },
    }),
    setUp(foundations) {
      const { identity, url } = foundations
      const config = {
        issuerUrl: ISSUER,
        allowedAudiences: [`https://github.com/${identity.owner}`],
        subjectPattern: subjectOf(identity),
      }
      const identities: Record<string, WorkloadIdentity> = { [EMAIL]: { config } }
      const bytebase = createBytebase({ ...foundations, ...settings, identities })
      return {
        handlers: { bytebase: bytebase.handler },
        exchangeRole: 'bytebase',
        credential: 'token',
        inputs: () => ({ url: `${url('bytebase')}${settings.prefix ?? ''}`, email: EMAIL }),
        deny() {
          identities[EMAIL] = { config: { ...config, subjectPattern: `repo:${identity.owner}/another:*` } }
        },
        mend([pasted]) {
          identities[EMAIL] = { config: parse(pasted!.text) as WorkloadIdentity['config'] }
        },
        accepts: bytebase.accepts,
        bytebase,
        identities,
      }
    },
  }
}

export const system = bytebaseSystem()
