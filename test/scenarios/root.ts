import type { World } from '../../dev/world.ts'

/** What the app server was asked for, by the last request. */
export function asked(world: World): unknown {
  return JSON.parse(world.server('app-server').requests.at(-1)?.body ?? 'null')
}

export function requestsOf(world: World): number {
  return Object.keys(world.handlers).reduce((sum, role) => sum + world.server(role).requests.length, 0)
}
