import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repository, repositoryFiles } from '../../dev/documents/actions.ts'
import { foreignUses } from '../../dev/documents/uses.ts'

/** The newest version of what the documents use and this repository's workflows do not, as seen in September 2026. */
const NEWEST: Readonly<Record<string, string>> = {
  'actions/create-github-app-token': 'v3', // 3.2.0
  'actions/github-script': 'v9', // 9.0.0
  'aws-actions/aws-secretsmanager-get-secrets': 'v3', // 3.0.1
  'aws-actions/configure-aws-credentials': 'v6', // 6.3.0
  'azure/login': 'v3', // 3.0.1
  'google-github-actions/auth': 'v3', // 3.0.0
  'google-github-actions/get-secretmanager-secrets': 'v3', // 3.0.0
  'hashicorp/setup-terraform': 'v4', // 4.0.1
  'hashicorp/vault-action': 'v4', // 4.0.0
  'octo-sts/action': 'v1.1.1',
  'qoomon/actions--access-token': 'v4', // 4.1.0
}

/** What the page about migrating starts from is older on purpose. */
const OLDER = ['qoomon/actions--access-token@v3']

/** Versions by action, as Dependabot keeps them in this repository's workflows. */
const pinned = new Map(
  repositoryFiles('.github/**/*.{yml,yaml}')
    .flatMap((file) => [...readFileSync(join(repository, file), 'utf8').matchAll(/uses: (\S+)@\w+ # (v\d+)\./g)])
    .map(([, name, version]) => [name!, version!]),
)
const uses = foreignUses()

test('the workflows of this repository pin what the documents use most', () => {
  expect(pinned.get('actions/checkout')).toMatch(/^v\d+$/)
  expect(uses.filter(({ name }) => pinned.has(name)).length).toBeGreaterThan(10)
})

describe('the documents use the newest version', () => {
  test.each(uses.map(({ place, name, ref }) => [`${name}@${ref}`, place] as const))('%s: %s', (use) => {
    const [name = ''] = use.split('@')
    if (OLDER.includes(use)) return
    expect(use).toBe(`${name}@${pinned.get(name) ?? NEWEST[name]}`)
  })

  test('and no version is listed here that the workflows tell, or that nobody uses', () => {
    const names = new Set(uses.map(({ name }) => name))
    expect(Object.keys(NEWEST).filter((name) => pinned.has(name) || !names.has(name))).toEqual([])
  })
})
