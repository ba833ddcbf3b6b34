import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  lineItems,
  readRepositories,
  type Repositories,
} from '../../../src/exchanges/app-server/repositories.ts'
import { fullYaml } from '../../../src/inputs/yaml.ts'
import { anyText, ends, inputsOf, problemsOf, SEED, soup } from './texts.ts'

async function repositoriesOf(
  texts: Record<string, string>,
): Promise<{ wanted: Repositories; problems: string[] }> {
  const inputs = inputsOf(texts)
  const wanted = await readRepositories(inputs, 'Octocat/playground')
  return { wanted, problems: problemsOf(inputs) }
}

describe('repositories', () => {
  test.each<[Record<string, string>, Repositories]>([
    [{}, {}],
    [{ repository: 'target' }, { repositories: ['target'] }],
    [{ repository: 'other/target' }, { owner: 'other', repositories: ['target'] }],
    [{ repository: '.github' }, { repositories: ['.github'] }],
    [{ repository: '123' }, { repositories: ['123'] }],
    [{ repositories: 'a, b' }, { repositories: ['a', 'b'] }],
    [{ repositories: 'a,b,' }, { repositories: ['a', 'b'] }],
    [{ repositories: 'a\nb\r\nc' }, { repositories: ['a', 'b', 'c'] }],
    [{ repositories: 'a,\nb' }, { repositories: ['a', 'b'] }],
    [{ repositories: '# mine\na\n\nb' }, { repositories: ['a', 'b'] }],
    [{ repositories: '- a\n- other-1\n- 123\n' }, { repositories: ['a', 'other-1', '123'] }],
    [{ repositories: '- a # mine\n- "b"' }, { repositories: ['a', 'b'] }],
    [{ repositories: '["a", "b"]' }, { repositories: ['a', 'b'] }],
    [{ repositories: '[a, 123, 1e3]' }, { repositories: ['a', '123', '1e3'] }],
    [{ repositories: '[\n  "other/a",\n  "other/b"\n]' }, { owner: 'other', repositories: ['a', 'b'] }],
    [{ repositories: '"a, b"' }, { repositories: ['a', 'b'] }],
    [{ repositories: 'a, A, octocat/a, a' }, { owner: 'Octocat', repositories: ['a'] }],
    [{ repository: 'a', repositories: 'b, a' }, { repositories: ['a', 'b'] }],
    [{ repositories: 'other/a, OTHER/b' }, { owner: 'other', repositories: ['a', 'b'] }],
    [
      { owner: 'Other', repositories: 'other/a, b' },
      { owner: 'Other', repositories: ['a', 'b'] },
    ],
    [
      { owner: 'other', repository: 'target' },
      { owner: 'other', repositories: ['target'] },
    ],
    [{ repositories: 'a, octocat/b' }, { owner: 'Octocat', repositories: ['a', 'b'] }],
    [{ owner: 'octocat' }, { owner: 'Octocat', repositories: ['playground'] }],
    [{ owner: 'Octocat' }, { owner: 'Octocat', repositories: ['playground'] }],
    [
      { owner: 'octocat', repositories: 'ALL' },
      { owner: 'Octocat', repositories: 'ALL' },
    ],
    [{ repositories: 'ALL' }, { repositories: 'ALL' }],
    [{ repositories: 'all' }, { repositories: 'ALL' }],
    [{ repositories: 'All\n' }, { repositories: 'ALL' }],
    [{ repositories: '["ALL"]' }, { repositories: 'ALL' }],
    [{ repositories: '- all' }, { repositories: 'ALL' }],
    [
      { owner: 'other', repositories: 'all' },
      { owner: 'other', repositories: 'ALL' },
    ],
    [{ repository: 'octocat/all' }, { owner: 'Octocat', repositories: ['all'] }],
    [{ repository: 'mona_acme/x' }, { owner: 'mona_acme', repositories: ['x'] }],
    [
      { repositories: Array.from({ length: 32 }, (_, i) => `r${i}`).join() },
      { repositories: Array.from({ length: 32 }, (_, i) => `r${i}`) },
    ],
  ])('%j', async (texts, wanted) => {
    expect(await repositoriesOf(texts)).toEqual({ wanted, problems: [] })
  })

  const single = (input: string, item: string, example = 'octocat/my-repository'): string =>
    `${input} must be name or owner/name, not "${item}"; for example: ${example}`
  test.each<[Record<string, string>, string[]]>([
    [{ repository: 'a/b/c' }, [single('repository', 'a/b/c')]],
    [{ repositories: 'a/b/c, x' }, [single('repositories', 'a/b/c')]],
    [{ repositories: 'other/x, a/b/c' }, [single('repositories', 'a/b/c')]],
    [{ repository: 'a, b' }, [single('repository', 'a, b')]],
    [{ repository: '/a' }, [single('repository', '/a')]],
    [{ repository: 'a/' }, [single('repository', 'a/', 'a')]],
    [{ repository: '..' }, [single('repository', '..')]],
    [{ repository: 'a/.' }, [single('repository', 'a/.')]],
    [{ repository: 'b\u00fccher' }, [single('repository', 'b\u00fccher')]],
    [{ repositories: 'my repo, x' }, [single('repositories', 'my repo')]],
    [{ repositories: '- a, b' }, [single('repositories', 'a, b')]],
    [{ repository: 'https://github.com/a/b' }, [single('repository', 'https://github.com/a/b', 'a/b')]],
    [
      { repository: 'https://github.com/a/b.git' },
      [single('repository', 'https://github.com/a/b.git', 'a/b')],
    ],
    [{ repository: 'git@github.com:a/b.git' }, ['repository must be name or owner/name; for example: a/b']],
    [{ repositories: 'target.git' }, [single('repositories', 'target.git', 'target')]],
    [{ repositories: 'a/b/' }, [single('repositories', 'a/b/', 'a/b')]],
    [
      { repository: 'https://me:hunter2@github.com/a/b' },
      ['repository must be name or owner/name; for example: octocat/my-repository'],
    ],
    [
      { repository: 'ALL' },
      ['repository must be one name; for all of them, use repositories: ALL; for example: octocat/all'],
    ],
    [{ repositories: 'ALL, a' }, ['repositories must be ALL or names, not both; for example: ALL']],
    [
      { repository: 'a', repositories: 'all' },
      ['repositories must be ALL or names, not both; for example: ALL'],
    ],
    [
      { owner: 'other' },
      [
        `repositories is required, because the owner "other" is not the workflow's: name repositories, or use ALL; for example: my-repository, another (or: ALL)`,
      ],
    ],
    [
      { owner: 'other', repositories: 'third/a' },
      [
        'repositories must belong to one owner, not to "other" and "third"; for example: octocat/a, octocat/b',
      ],
    ],
    [
      { owner: 'other', repository: 'third/a' },
      ['repository must belong to one owner, not to "other" and "third"; for example: octocat/a, octocat/b'],
    ],
    [
      { repositories: 'one/a, two/b' },
      ['repositories must belong to one owner, not to "one" and "two"; for example: octocat/a, octocat/b'],
    ],
    [
      { repositories: 'a, other/b' },
      [
        'repositories must belong to one owner, not to "Octocat" and "other"; for example: octocat/a, octocat/b',
      ],
    ],
    [{ owner: 'a b' }, ['owner must be a user or an organization, not "a b"; for example: octocat']],
    [
      { owner: 'a/b', repository: 'x' },
      ['owner must be a user or an organization, not "a/b"; for example: octocat'],
    ],
    [
      { repositories: Array.from({ length: 33 }, (_, i) => `r${i}`).join() },
      ['repositories must be at most 32, not 33: use several steps; for example: r0, r1'],
    ],
    [
      { repositories: '# none' },
      ['repositories must not be an empty list; for example: my-repository, another'],
    ],
    [{ repositories: '[]' }, ['repositories must not be an empty list; for example: my-repository, another']],
    [{ repositories: ',' }, ['repositories is not valid YAML (line 1); for example: my-repository, another']],
    [
      { owner: 'other', repositories: '[]' },
      ['repositories must not be an empty list; for example: my-repository, another'],
    ],
    [{ repositories: 'a: b' }, ['repositories must be a list of names; for example: my-repository, another']],
    [
      { repositories: '[[a]]' },
      ['repositories must be a list of names; for example: my-repository, another'],
    ],
    [{ repositories: '- ' }, ['repositories must be name or owner/name; for example: octocat/my-repository']],
    [
      { repositories: '["a"' },
      ['repositories is not valid YAML (line 1); for example: my-repository, another'],
    ],
  ])('%j is refused', async (texts, problems) => {
    expect((await repositoriesOf(texts)).problems).toEqual(problems)
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
  const items = fc.array(fc.oneof({ weight: 5, arbitrary: item }, { weight: 1, arbitrary: soup }), {
    maxLength: 5,
  })

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
        const list =
          typeof yaml.value === 'string' ? yaml.value.split(',').map((each) => each.trim()) : yaml.value
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
