import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownTable } from '../documents/tables.ts'
import { ROOT } from '../world.ts'
import type { Judge, Line } from './judge.ts'
import { act } from './judges/act.ts'
import { azure } from './judges/azure.ts'
import { appServer } from './judges/app-server.ts'
import { bytebase } from './judges/bytebase.ts'
import { botocore } from './judges/botocore.ts'
import { dex } from './judges/dex.ts'
import { keycloak } from './judges/keycloak.ts'
import { octoSts } from './judges/octo-sts.ts'
import { openbao, vault } from './judges/vault.ts'

/** Every judge, in the order of the table. */
export const judges: readonly Judge[] = [
  appServer,
  octoSts,
  keycloak,
  dex,
  azure,
  vault,
  openbao,
  bytebase,
  botocore,
  act,
]

/** What a judge said when it was last run. */
export interface Result extends Pick<Judge, 'name' | 'title' | 'judges'> {
  readonly version: string
  /** Day of the run, UTC: `2026-11-21`. */
  readonly date: string
  readonly lines: readonly Line[]
}

/** Where the last results are kept; committed. */
const RESULTS = join(ROOT, 'conformance/results.json')
const PAGE = join(ROOT, 'docs/conformance.md')
/** Around the table in the page. */
export const IN_PAGE = /(<!-- conformance:table -->\n\n)([\s\S]*?)(\n\n<!-- conformance:end -->)/

export function readResults(): Result[] {
  return JSON.parse(readFileSync(RESULTS, 'utf8')) as Result[]
}

/** Keeps results, and puts their table into the page; those of judges that were not run stay as they were. */
export function keepResults(fresh: readonly Result[]): void {
  const kept = new Map([...readResults(), ...fresh].map((result) => [result.name, result]))
  const results = judges.flatMap(({ name }) => kept.get(name) ?? [])
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`)
  const page = readFileSync(PAGE, 'utf8')
  writeFileSync(
    PAGE,
    page.replace(IN_PAGE, (_, before: string, __, after: string) => `${before}${resultsTable(results)}${after}`),
  )
}

/** The table of the page and of the job summary, as Prettier aligns it. */
export function resultsTable(results: readonly Result[]): string {
  const rows = results.map(({ title, judges, version, date, lines }) => {
    const held = lines.filter((line) => line.held).length
    return [title, judges, version, date, `${held} of ${lines.length}`]
  })
  const head = ['judge', 'what it judges', 'version', 'date', 'lines held']
  return markdownTable(head, rows, { numbers: false })
}
