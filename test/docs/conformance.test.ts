import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { IN_PAGE, judges, readResults, resultsTable } from '../../dev/conformance/judges.ts'
import { repository } from '../../dev/documents/actions.ts'

const page = readFileSync(join(repository, 'docs/conformance.md'), 'utf8')
const results = readResults()

test('the table of the page is what the last run wrote', () => {
  expect(IN_PAGE.exec(page)?.[2]).toBe(resultsTable(results))
})

describe.each(results)('$name', ({ name, title, lines }) => {
  test('is an existing judge, and has lines', () => {
    expect(judges.find((judge) => judge.name === name)?.title).toBe(title)
    expect(lines.length).toBeGreaterThan(0)
    expect(new Set(lines.map(({ line }) => line)).size).toBe(lines.length)
  })

  test('held every line', () => {
    expect(lines.filter(({ held }) => !held)).toEqual([])
  })
})

test('the workflow gets every judge that can be got', () => {
  const workflow = readFileSync(join(repository, '.github/workflows/conformance.yml'), 'utf8')
  const [, got = ''] = /--get (.+)/.exec(workflow) ?? []
  const gettable = judges.filter(({ program }) => program.get !== undefined).map(({ name }) => name)
  expect(got.split(' ').toSorted()).toEqual(gettable.toSorted())
})
