import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readActions, repository, repositoryFiles } from '../../dev/documents/actions.ts'
import { checkShell, checkWorkflow } from '../../dev/documents/check.ts'
import { fencesOf, readDocument, readDocuments, sideOf, type Fence } from '../../dev/documents/fences.ts'
import { checkLinks } from '../../dev/documents/links.ts'
import { checkTables, tablesOf } from '../../dev/documents/tables.ts'
import { foreignUses } from '../../dev/documents/uses.ts'
import { isYaml, readYaml, workflowOf } from '../../dev/documents/workflows.ts'

const actions = readActions()
const documents = readDocuments()
const fences = documents.flatMap(fencesOf)
const place = ({ file, line }: { file: string; line: number }): string => `${file}:${line}`

const SHELLS = ['sh', 'bash', 'shell']
const LANGUAGES = [...SHELLS, ...'yaml yml json mermaid ts hcl sql http text console diff'.split(' ')]

describe('the README', () => {
  const readme = documents.find(({ file }) => file === 'README.md')!
  const lines = readme.text.trimEnd().split('\n')

  test('has at most 200 lines, not counting the rows of systems', () => {
    const rows = lines.filter((line) => /^\|.*\]\([\w/-]+\/README\.md\)/.test(line))
    expect(rows.length).toBeGreaterThanOrEqual(actions.length - 1)
    expect(lines.length - rows.length).toBeLessThanOrEqual(200)
  })

  test('uses the action after at most 45 lines and 250 words', () => {
    const before = lines.slice(
      0,
      lines.findIndex((line) => line.includes('uses: OWNER/access-token@v1')),
    )
    expect(before.length).toBeLessThan(45)
    expect(before.join(' ').split(/\s+/).length).toBeLessThanOrEqual(250)
  })

  test.each(tablesOf(readme))('has a table in line $line that a phone shows whole', ({ head, rows }) => {
    // Browsers break lines at blanks and after hyphens. A character is at most 8 px wide, in code 8.2, with 11 around it; a cell
    // of GitHub's has 27 around it, and of 375 px the page has 343.
    const widthOf = (cell: string): number =>
      Math.max(
        ...[...cell.replace(/\]\([^)]*\)/g, '').matchAll(/`([^`]*)`|([^`]+)/g)].flatMap(([, code, text]) =>
          (code ?? text)!
            .split(/(?<=-)|\s/)
            .map((part) => (code === undefined ? part.length * 8 : part.length * 8.2 + 11)),
        ),
        0,
      )
    const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => widthOf(row[column]!))))
    expect(widths.reduce((sum, width) => sum + width + 27, 0)).toBeLessThanOrEqual(343)
  })
})

describe('every fence', () => {
  test.each(fences.map((each) => [place(each), each] as const))(
    '%s names its language, and is valid in it',
    async (_, each) => {
      const { language, text } = each
      expect(LANGUAGES).toContain(language)
      expect(text.trim()).not.toBe('')
      if (language === 'json') expect(JSON.parse(text)).toBeDefined()
      if (SHELLS.includes(language)) expect(checkShell(text)).toEqual([])
      if (isYaml(language)) expect(await checkYaml(each)).toEqual([])
      if (language === 'diff') {
        for (const side of [sideOf(each, '-'), sideOf(each, '+')]) expect(await checkYaml(side)).toEqual([])
      }
    },
  )
})

/** Any YAML must be readable; a workflow in it must be right. */
async function checkYaml(each: Fence): Promise<string[]> {
  expect(readYaml(each)).toBeDefined()
  const example = workflowOf(each, actions)
  if (example === undefined) return []
  const problems = await checkWorkflow(example.text, example.workflow, actions)
  return problems.map(({ line, message }) => `${each.file}:${line + example.line - 1}: ${message}`)
}

describe.each(documents)('$file', (each) => {
  test('has no link that leads nowhere', () => {
    expect(checkLinks(each)).toEqual([])
  })

  test('holds nothing that a merge left behind', () => {
    expect(each.text).not.toMatch(/^(<{7}|>{7})/m)
  })
})

describe.each(actions)('$file', (action) => {
  test('has a README with the same inputs and outputs', () => {
    expect(checkTables(readDocument(posix.join(action.folder, 'README.md')), action)).toEqual([])
  })
})

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

describe('the checks find what they are for', () => {
  test('a fence with a key twice, and a step of an action that is not there', () => {
    const fence = (text: string): Fence => ({ file: 'x.md', line: 1, language: 'yaml', text })
    expect(() => readYaml(fence('a: 1\na: 2'))).toThrow('Map keys must be unique')
    expect(() => workflowOf(fence('- uses: OWNER/access-token/nowhere@v1'), actions)).toThrow('no action in')
  })

  test('links to files and headings that are not there', () => {
    const text = '[a](nowhere.md)\n[b](#c)\n`[g](h)`\n[i](LICENSE)'
    expect(checkLinks({ file: 'README.md', text })).toEqual([
      'README.md:1: nowhere.md: there is no such file',
      'README.md:2: #c: there is no such heading',
    ])
  })

  test('tables that differ from action.yml', () => {
    const inputs = { one: { required: true }, two: { default: 'x' }, three: {} }
    const text = '| Input | | Default |\n|---|---|---|\n| `one` | | |\n| `two` | | `y` |\n| `three` | | `z` |'
    expect(checkTables({ file: 'README.md', text }, { ...actions[0]!, inputs })).toEqual([
      'README.md:1: one is required',
      'README.md:1: the default of two is x',
      'README.md:1: three has no default z',
      'README.md: there is no table headed output',
    ])
  })
})
