import type { Fault } from '../../../dev/fakes/faults.ts'
import { octoStsError } from '../../../dev/fakes/octo-sts.ts'
import { IDENTITY, octoStsSystem, type OctoStsSetup } from '../../../dev/systems/octo-sts.ts'
import type { World } from '../../../dev/world.ts'
import { octoSts } from '../../../src/exchanges/octo-sts/exchange.ts'
import { openingBy, stepsOf } from '../in-process.ts'

export const open = openingBy(octoStsSystem)

export const { run, refusal } = stepsOf(octoSts, 'octo-sts')

/** Changes the trust policy. */
export function policy({ setup }: World<OctoStsSetup>, ...lines: string[]): void {
  setup.policies[setup.scope] = { [IDENTITY]: lines.join('\n') }
}

export const reply = (status: number, code: number, message: string): Fault => ({
  kind: 'answer',
  name: 'reply',
  reply: octoStsError(status, code, message),
})
