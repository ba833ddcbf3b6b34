import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineItems, readRepositories, type Repositories } from '../../../src/exchanges/app-server/repositories.ts'
import { fullYaml } from '../../../src/inputs/yaml.ts'
import { inputsOf, problemsOf } from '../../inputs/fixture.ts'
import { anyText, ends, SEED, soup } from './texts.ts'

async function repositoriesOf(texts: Record<string, string>): Promise<{ wanted: Repositories; problems: string[] }> {
  const inputs = inputsOf(texts)
  const wanted = await readRepositories(inputs, 'Octocat/playground')
  return { wanted, problems: problemsOf(inputs) }
}

describe('repositories', () => {
  const MANY = Array.from({ length: 32 }, (_, i) => `r${i}`)
  test.each<[Record<string, string>, owner: string | undefined, Repositories['repositories']]>([
    [{}, undefined, undefined],
    [{ repository: 'target' }, undefined, ['target']],
    [{ repository: 'other/target' }, 'other', ['target']],
    [{ repository: '.github' }, undefined, ['.github']],
    [{ repository: '123' }, undefined, ['123']],
    [{ repositories: 'a, b' }, undefined, ['a', 'b']],
    [{ repositories: 'a,b,' }, undefined, ['a', 'b']],
    [{ repositories: 'a\nb\r\nc' }, undefined, ['a', 'b', 'c']],
    [{ repositories: 'a,\nb' }, undefined, ['a', 'b']],
    [{ repositories: '# mine\na\n\nb' }, undefined, ['a', 'b']],
    [{ repositories: '- a\n- other-1\n- 123\n' }, undefined, ['a', 'other-1', '123']],
    [{ repositories: '- a # mine\n- "b"' }, undefined, ['a', 'b']],
    [{ repositories: '["a", "b"]' }, undefined, ['a', 'b']],
    [{ repositories: '[a, 123, 1e3]' }, undefined, ['a', '123', '1e3']],
    [{ repositories: '[\n  "other/a",\n  "other/b"\n]' }, 'other', ['a', 'b']],
    [{ repositories: '"a, b"' }, undefined, ['a', 'b']],
    [{ repositories: 'a, A, octocat/a, a' }, 'Octocat', ['a']],
    [{ repository: 'a', repositories: 'b, a' }, undefined, ['a', 'b']],
    [{ repositories: 'other/a, OTHER/b' }, 'other', ['a', 'b']],
    [{ owner: 'Other', repositories: 'other/a, b' }, 'Other', ['a', 'b']],
    [{ owner: 'other', repository: 'target' }, 'other', ['target']],
    [{ repositories: 'a, octocat/b' }, 'Octocat', ['a', 'b']],
    [{ owner: 'octocat' }, 'Octocat', ['playground']],
    [{ owner: 'Octocat' }, 'Octocat', ['playground']],
    [{ owner: 'octocat', repositories: 'ALL' }, 'Octocat', 'ALL'],
    [{ repositories: 'ALL' }, undefined, 'ALL'],
    [{ repositories: 'all' }, undefined, 'ALL'],
    [{ repositories: 'All\n' }, undefined, 'ALL'],
    [{ repositories: '["ALL"]' }, undefined, 'ALL'],
    [{ repositories: '- all' }, undefined, 'ALL'],
    [{ owner: 'other', repositories: 'all' }, 'other', 'ALL'],
    [{ repository: 'octocat/all' }, 'Octocat', ['all']],
    [{ repository: 'mona_acme/x' }, 'mona_acme', ['x']],
    [{ repositories: MANY.join() }, undefined, MANY],
  ])('%j', async (texts, owner, repositories) => {
    const { wanted, problems } = await repositoriesOf(texts)
    expect([wanted.owner, wanted.repositories, problems]).toEqual([owner, repositories, []])
  })

  const single = (input: string, item: string, example = 'octocat/my-repository'): string =>
    `${input} must be name or owner/name, not "${item}"; for example: ${example}`
  const one = (a: string, b: string, input = 'repositories'): string =>
    `${input} must belong to one owner, not to "${a}" and "${b}"; for example: octocat/a, octocat/b`
  const owner = (text: string): string => `owner must be a user or an organization, not "${text}"; for example: octocat`
  const example = 'for example: my-repository, another'
  const NAME = 'must be name or owner/name; for example:'
  const BOTH = 'repositories must be ALL or names, not both; for example: ALL'
  const EMPTY = `repositories must not be an empty list; ${example}`
  const LIST = `repositories must be a list of names; ${example}`
  const YAML = `repositories is not valid YAML (line 1); ${example}`
  test.each<[Record<string, string>, string]>([
    [{ repository: 'a/b/c' }, single('repository', 'a/b/c')],
    [{ repositories: 'a/b/c, x' }, single('repositories', 'a/b/c')],
    [{ repositories: 'other/x, a/b/c' }, single('repositories', 'a/b/c')],
    [{ repository: 'a, b' }, single('repository', 'a, b')],
    [{ repository: '/a' }, single('repository', '/a')],
    [{ repository: 'a/' }, single('repository', 'a/', 'a')],
    [{ repository: '..' }, single('repository', '..')],
    [{ repository: 'a/.' }, single('repository', 'a/.')],
    [{ repository: 'b\u00fccher' }, single('repository', 'b\u00fccher')],
    [{ repositories: 'my repo, x' }, single('repositories', 'my repo')],
    [{ repositories: '- a, b' }, single('repositories', 'a, b')],
    [{ repository: 'https://github.com/a/b' }, single('repository', 'https://github.com/a/b', 'a/b')],
    [{ repository: 'https://github.com/a/b.git' }, single('repository', 'https://github.com/a/b.git', 'a/b')],
    [{ repository: 'git@github.com:a/b.git' }, `repository ${NAME} a/b`],
    [{ repositories: 'target.git' }, single('repositories', 'target.git', 'target')],
    [{ repositories: 'a/b/' }, single('repositories', 'a/b/', 'a/b')],
    [{ repository: 'https://me:hunter2@github.com/a/b' }, `repository ${NAME} octocat/my-repository`],
    [
      { repository: 'ALL' },
      'repository must be one name; for all of them, use repositories: ALL; for example: octocat/all',
    ],
    [{ repositories: 'ALL, a' }, BOTH],
    [{ repository: 'a', repositories: 'all' }, BOTH],
    [
      { owner: 'other' },
      `repositories is required, because the owner "other" is not the workflow's: name repositories, or use ALL; ${example} (or: ALL)`,
    ],
    [{ owner: 'other', repositories: 'third/a' }, one('other', 'third')],
    [{ owner: 'other', repository: 'third/a' }, one('other', 'third', 'repository')],
    [{ repositories: 'one/a, two/b' }, one('one', 'two')],
    [{ repositories: 'a, other/b' }, one('Octocat', 'other')],
    [{ owner: 'a b' }, owner('a b')],
    [{ owner: 'a/b', repository: 'x' }, owner('a/b')],
    [
      { repositories: Array.from({ length: 33 }, (_, i) => `r${i}`).join() },
      'repositories must be at most 32, not 33: use several steps; for example: r0, r1',
    ],
    [{ repositories: '# none' }, EMPTY],
    [{ repositories: '[]' }, EMPTY],
    [{ owner: 'other', repositories: '[]' }, EMPTY],
    [{ repositories: ',' }, YAML],
    [{ repositories: '["a"' }, YAML],
    [{ repositories: 'a: b' }, LIST],
    [{ repositories: '[[a]]' }, LIST],
    [{ repositories: '- ' }, `repositories ${NAME} octocat/my-repository`],
  ])('%j is refused', async (texts, problem) => {
    expect((await repositoriesOf(texts)).problems).toEqual([problem])
  })
})

describe('any text as repositories', () => {
  const item = fc
    .tuple(
      fc.constantFrom('', '', '', ' ', '- ', '-'),
      fc.constantFrom(...'a b o/a .github 1 --- ... "a" ~ _ a:b a/b/c ..'.split(' '), 'a b', '# c'),
      fc.constantFrom('', '', '', ' ', ':', ' # c'),
    )
    .map((parts) => parts.join(''))
  const items = fc.array(fc.oneof({ weight: 5, arbitrary: item }, { weight: 1, arbitrary: soup }), { maxLength: 5 })

  test('gives names or a problem', async () => {
    const accepted = await anyText(
      fc.tuple(items, ends).map(([parts, end]) => parts.join(end)),
      async (text) => {
        const { wanted, problems } = await repositoriesOf({ repositories: text })
        // Either there is something to send, or a problem that says why not.
        expect(text.trim() === '' || wanted.repositories !== undefined || problems.length > 0).toBe(true)
        const single = await repositoriesOf({ repository: text, owner: text })
        expect(single.problems.join()).not.toMatch(/^repositories /)
        return problems
      },
    )
    expect(accepted).toBeGreaterThan(500)
  })

  // What both readers take must mean the same, whichever of them reads it.
  test('means the same to the line reader and the YAML reader', async () => {
    let both = 0
    await fc.assert(
      fc.asyncProperty(items, ends, async (parts, end) => {
        const text = parts.join(end)
        const lines = lineItems(text)
        const yaml = await fullYaml(text)
        if (lines === undefined || 'fault' in yaml || yaml.value instanceof Map) return
        // A text that YAML takes for one scalar is split at commas, as readList does; a list stays a list.
        const list = typeof yaml.value === 'string' ? yaml.value.split(',').map((each) => each.trim()) : yaml.value
        const named = (list as readonly unknown[]).filter((each) => each !== '')
        if (!named.every((each) => typeof each === 'string' && /^[\w./-]+$/.test(each))) return
        both++
        expect(lines).toEqual(named)
      }),
      { numRuns: 20_000, seed: SEED },
    )
    expect(both).toBeGreaterThan(500)
  })
})
