import { appServerSystem } from '../../../dev/systems/app-server.ts'
import type { World } from '../../../dev/world.ts'
import { appServer } from '../../../src/exchanges/app-server/exchange.ts'
import type { Settings } from '../../../src/exchanges/app-server/settings.ts'
import { openingBy, stepsOf } from '../in-process.ts'

export const open = openingBy(appServerSystem)

export const { run, refusal, problem } = stepsOf(appServer, '.')

/** What the app server was asked for, by the last request. */
export function asked(world: World): unknown {
  return JSON.parse(world.server('app-server').requests.at(-1)!.body)
}

/** Of a job in `octo-org/workflows`. */
export const SETTINGS: Settings = {
  url: new URL('https://app-server.example/access_tokens'),
  audience: 'app-server.example',
  headers: {},
  aws: undefined,
  target: {},
  asked: {
    workflowRepository: 'octo-org/workflows',
    owner: 'octo-org',
    repositories: ['workflows'],
    permissions: { contents: 'write', issues: 'read' },
  },
  apiUrl: 'https://api.github.com/',
  outlivesJob: false,
}
