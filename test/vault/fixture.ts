import type { Fault } from '../../dev/fakes/faults.ts'
import type { FakeReply, FakeRequest } from '../../dev/fakes/handler.ts'
import { vaultSystem } from '../../dev/systems/secret/vault.ts'
import type { World } from '../../dev/world.ts'
import { secretVault } from '../../src/exchanges/secret/vault.ts'
import { openingBy, stepsOf, withoutPort } from '../exchanges/in-process.ts'

export const open = openingBy(vaultSystem)

export const { run, refusal, problem } = stepsOf(secretVault, 'secret/vault')

/** Answers requests to a path with this, and lets all others through. */
export function at(path: RegExp, reply: FakeReply): (request: FakeRequest) => Fault | undefined {
  return ({ url }) => (path.test(url.pathname) ? { kind: 'answer', name: 'reply', reply } : undefined)
}

export const requests = (world: World): string[] =>
  world.server('vault').requests.map(({ method, path, answered }) => `${method} ${path} ${answered!}`)

export const withoutTime = (text: string): string => withoutPort(text).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME')

export const LOGIN = 'POST /v1/auth/jwt/login 200'
export const READ = 'GET /v1/secret/data/team/database 200'
export const REVOKE = 'POST /v1/auth/token/revoke-self 204'
