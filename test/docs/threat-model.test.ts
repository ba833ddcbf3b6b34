import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDocuments } from '../../dev/documents/fences.ts'
import { tablesOf } from '../../dev/documents/tables.ts'
import { ROOT } from '../../dev/world.ts'

const page = readDocuments().find(({ file }) => file === 'docs/threat-model.md')!
const table = tablesOf(page).find(({ head }) => head[0] === 'variable')!
const listed = table.rows.flatMap(([cell = '']) => [...cell.matchAll(/`([\w…]+)`/g)].map(([, name]) => name!))

/** Variables that only Node.js itself reads, or that are named in parts. */
const NOT_IN_SOURCES = ['INPUT_…', 'STATE_revocable', 'NODE_USE_SYSTEM_CA']
const OF_PARTS =
  /^(?:GITHUB_(?:OUTPUT|STATE)|AWS_(?:ACCESS|SECRET|SESSION|CREDENTIAL|ENDPOINT_URL_)\w*|GHA_\w+|https?_proxy)$/
/** Proxies are listed in lower case only. */
const IN_UPPER_CASE = /^(?:HTTPS?|NO)_PROXY$/

test('every variable that the sources or dist name is in the table of the page, and no other', () => {
  const texts = (pattern: string): string[] =>
    globSync(pattern, { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8'))
  const find = (pattern: string, names: RegExp): string[] =>
    texts(pattern).flatMap((text) => [...text.matchAll(names)].map(([, name]) => name!))
  const named = new Set([
    ...find('src/**/*.ts', /'((?:ACT|GITHUB_\w+|ACTIONS_\w+|AWS_\w+|AZURE_\w+|NODE_[A-Z_]+|RUNNER_\w+|no_proxy))'/g),
    ...find('dist/**/*.js', /\bprocess\.env(?:\.|\[')(\w+)/g).filter((name) => !IN_UPPER_CASE.test(name)),
  ])
  // Named in a message, not read.
  for (const name of ['AWS_ENDPOINT_URL_SECRETS_MANAGER']) named.delete(name)
  expect([...named].filter((name) => !listed.includes(name))).toEqual([])
  const unread = listed.filter((name) => !named.has(name) && !NOT_IN_SOURCES.includes(name) && !OF_PARTS.test(name))
  expect(unread).toEqual([])
})
