import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linePairs, readPermissions } from '../../../src/exchanges/app-server/permissions.ts'
import { lineItems, readRepositories } from '../../../src/exchanges/app-server/repositories.ts'
import { readAppServer } from '../../../src/exchanges/app-server/server.ts'
import type { Inputs } from '../../../src/inputs/inputs.ts'
import { NOWHERE } from '../../../src/inputs/url.ts'
import { fullYaml, type YamlValue } from '../../../src/inputs/yaml.ts'
import { inputsOf, problemsOf } from '../../inputs/fixture.ts'

/*
 * What the readers of the root action's inputs have in common: they take lines, commas and YAML, and get texts that are
 * nearly right.
 */

const SEED = 20261121

/** Words and marks that mean something to one of the readers, in any order. */
const soup = fc
  .array(
    fc.constantFrom(
      // prettier-ignore
      ...[
        'contents', 'issues', 'pull_requests', 'read', 'write', 'admin', ':', ': ', ',', ', ', '\n',
        '\n', '\r\n', ' ', '- ', '#', ' # c', '# c\n', '[', ']', '{', '}', '"', "'", '&x', '*x', '!t',
        '|', '>', '?', '%', '@', '---', '...', 'a', 'b', 'o/a', 'o/b', 'all', 'ALL', '.github', '1',
        '~', '\t', 'url', 'auth', 'type', 'aws', 'https://a.example', '__proto__', 'constructor',
        '\u00a0', '\u2028', '\0', '  ',
      ],
    ),
    { maxLength: 16 },
  )
  .map((parts) => parts.join(''))

/** Items that are made of these parts, and what separates them. */
function listsOf(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const item = fc.tuple(...parts).map((each) => each.join(''))
  const items = fc.array(fc.oneof({ weight: 5, arbitrary: item }, { weight: 1, arbitrary: soup }), { maxLength: 5 })
  const ends = fc.constantFrom('\n', '\n', '\r\n', ',', ', ', '\n\n', '\n# c: read\n')
  return fc.tuple(items, ends).map(([all, end]) => all.join(end))
}

const permissions = listsOf(
  fc.constantFrom('', ' ', '  '),
  fc.constantFrom(...'contents issues pull_requests a - "a" ? ---'.split(' '), 'pull requests', '# c', '- a'),
  fc.constantFrom(':', ': ', ': ', ': ', ' : ', ':\n  ', ':\t'),
  fc.constantFrom('read', 'write', 'admin', 'READ', 'read ', '"read"', 'read # c', 'x', '', '&a read'),
)
const repositories = listsOf(
  fc.constantFrom('', '', '', ' ', '- ', '-'),
  fc.constantFrom(...'a b o/a .github 1 --- ... "a" ~ _ a:b a/b/c ..'.split(' '), 'a b', '# c'),
  fc.constantFrom('', '', '', ' ', ':', ' # c'),
)
const appServers = listsOf(
  fc.constantFrom('', 'url: ', '{"url": "'),
  fc.webUrl({ validSchemes: ['https', 'http'] }),
  fc.constantFrom('', '"}', '\nauth:\n  type: aws\n  region: eu-central-1\n  service: lambda'),
)

test.each<[name: string, likely: fc.Arbitrary<string>, hasRead: (inputs: Inputs, name: string) => Promise<boolean>]>([
  ['permissions', permissions, async (inputs, name) => Object.keys(await readPermissions(inputs, name)).length > 0],
  [
    'repositories',
    repositories,
    async (inputs) => (await readRepositories(inputs, 'Octocat/playground')).repositories !== undefined,
  ],
  ['app-server', appServers, async (inputs, name) => (await readAppServer(inputs, name)).url.href !== NOWHERE],
])('any text as %s gives a value, or problems that name the input and the rule', async (name, likely, hasRead) => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(fc.oneof(soup, fc.string({ unit: 'binary' }), likely), async (text) => {
      const inputs = inputsOf({ [name]: text })
      const found = await hasRead(inputs, name)
      const problems = problemsOf(inputs)
      for (const problem of problems) expect(problem).toMatch(/^[a-z-]+ (is|has|must|needs) .+$/)
      expect(found || problems.length > 0 || text.trim() === '').toBe(true)
      if (problems.length === 0) accepted++
    }),
    { numRuns: 5_000, seed: SEED },
  )
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(accepted).toBeGreaterThan(50)
})

const isLevel = (level: string): boolean => /^(read|write|admin)$/.test(level)

/** By scope and level, where both are plain. */
function pairsOf(pairs: Iterable<readonly [string, unknown]> | undefined): string[][] | undefined {
  const all = pairs && [...pairs].map(([scope, level]) => [scope.trim(), String(level).trim().toLowerCase()])
  return all?.every(([scope = '', level = '']) => /^[a-z][\w -]*$/i.test(scope) && isLevel(level)) ? all : undefined
}

function namesOf(value: YamlValue): unknown[] | undefined {
  if (value instanceof Map) return undefined
  // A text that YAML takes for one scalar is split at commas, as the reader does; a list stays a list.
  const list = typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value
  const named = (list as readonly unknown[]).filter((each) => each !== '')
  return named.every((each) => typeof each === 'string' && /^[\w./-]+$/.test(each)) ? named : undefined
}

test.each<[string, fc.Arbitrary<string>, lines: (text: string) => unknown, yaml: (value: YamlValue) => unknown]>([
  [
    'permissions',
    permissions,
    (text) => pairsOf(linePairs(text)),
    (value) => (value instanceof Map ? pairsOf(value as ReadonlyMap<string, unknown>) : undefined),
  ],
  ['repositories', repositories, lineItems, namesOf],
])('%s that are read by lines and as YAML mean the same', async (_what, texts, byLines, byYaml) => {
  let both = 0
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const result = await fullYaml(text)
      const [lines, yaml] = [byLines(text), 'fault' in result ? undefined : byYaml(result.value)]
      if (lines === undefined || yaml === undefined) return
      both++
      expect(lines).toEqual(yaml)
    }),
    { numRuns: 20_000, seed: SEED },
  )
  expect(both).toBeGreaterThan(400)
})
