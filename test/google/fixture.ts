import { PROVIDER, system } from '../../dev/systems/database/google-cloud-sql.ts'
import type { World } from '../../dev/world.ts'
import { googleCloudSql } from '../../src/exchanges/database/google-cloud-sql.ts'
import { opening, stepsOf } from '../exchanges/in-process.ts'

export const AUDIENCE = `https://iam.googleapis.com/${PROVIDER}`

export const open = opening(system)

export const { run, refusal, problem } = stepsOf(googleCloudSql, 'database/google-cloud-sql')

export const answers = (world: World, role: string): unknown[] =>
  world.server(role).requests.map(({ answered }) => answered)
