import { PROVIDER, system } from '../../dev/systems/database/google-cloud-sql.ts'
import { googleCloudSql } from '../../src/exchanges/database/google-cloud-sql.ts'
import { opening, stepsOf } from '../exchanges/in-process.ts'

export const AUDIENCE = `https://iam.googleapis.com/${PROVIDER}`

export const open = opening(system)

export const { run, refusal, problem } = stepsOf(googleCloudSql, 'database/google-cloud-sql')
