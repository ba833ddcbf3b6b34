import { fault, forEver, type Fault } from '../fakes/faults.ts'
import type { FakeReply, FakeRequest } from '../fakes/handler.ts'
import type { StageResult } from '../runner/runner.ts'
import { createWorld, type World } from '../world.ts'
import { answersInARow } from './statistics.ts'
import type { Group } from './subjects.ts'

/** Over TLS: every chunk is held half of this each way, in ms. */
export const ROUND_TRIP_MS = 30

/** What the servers of a world saw of one run. */
export interface Tally {
  readonly requests: number
  readonly connections: number
  /** Of meaning only where a round trip takes its time. */
  readonly answersInARow: number
}

/** A world whose servers cost the runs next to nothing, and count. */
export interface Meter {
  readonly world: World
  /**
   * From here on each request gets the answer that the strict fakes gave to its like before: signing and checking
   * tokens takes them ms that are not the action's.
   */
  readonly replay: () => void
  /** Runs something and counts what the servers see of it. @throws Error where it fails */
  readonly observe: (start: () => Promise<StageResult>) => Promise<{ result: StageResult; tally: Tally }>
}

export async function createMeter(
  { system, variant, prepare }: Pick<Group, 'system' | 'variant' | 'prepare'>,
  transport: 'plain' | 'tls',
): Promise<Meter> {
  const answers = new Map<string, FakeReply>()
  let replaying = false
  const recorder =
    (role: string) =>
    (request: FakeRequest): Fault => {
      const key = `${role} ${request.method} ${request.url.pathname}${request.url.search}`
      const answer = answers.get(key)
      if (replaying && answer !== undefined) return fault.answer(answer)
      return fault.alter((real) => {
        if (real.status < 300) answers.set(key, real)
        return real
      })
    }
  const world = await createWorld(system, {
    variant,
    ...(transport === 'tls' && { tls: 'good', latencyMs: ROUND_TRIP_MS / 2 }),
  })
  prepare?.(world)
  const servers = Object.keys(world.handlers).map((role) => {
    const server = world.server(role)
    server.faults.push(forEver(recorder(role)))
    return server
  })
  const connections = (): number => servers.reduce((sum, server) => sum + server.connections, 0)

  return {
    world,
    replay: () => {
      replaying = true
    },
    observe: async (start) => {
      const before = { connections: connections(), seen: servers.map((server) => server.requests.length) }
      const result = await start()
      if (result.outcome !== 'success') throw new Error(`the ${result.stage} stage failed:\n${result.log}`)
      const requests = servers.flatMap((server, index) => server.requests.slice(before.seen[index]))
      const arrivals = requests.map(({ at }) => at)
      return {
        result,
        tally: {
          requests: requests.length,
          connections: connections() - before.connections,
          answersInARow: answersInARow(arrivals, ROUND_TRIP_MS),
        },
      }
    },
  }
}
