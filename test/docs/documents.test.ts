import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readActions, repository } from '../../dev/documents/actions.ts'
import { checkShell, checkWorkflow } from '../../dev/documents/check.ts'
import { fencesOf, readDocuments, sideOf, type Document, type Fence } from '../../dev/documents/fences.ts'
import { checkLinks } from '../../dev/documents/links.ts'
import { checkTables, tablesOf } from '../../dev/documents/tables.ts'
import { isYaml, readYaml, workflowExamples, workflowOf } from '../../dev/documents/workflows.ts'

const actions = readActions()
const documents = readDocuments()
const fences = documents.flatMap(fencesOf)
const place = ({ file, line }: { file: string; line: number }): string => `${file}:${line}`
const document = (...lines: string[]): Document => ({ file: 'README.md', text: lines.join('\n') })
const fence = (...lines: string[]): Fence => ({ file: 'x.md', line: 1, language: 'yaml', text: lines.join('\n') })

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

test('there are documents to look at', () => {
  expect(documents.map(({ file }) => file)).toContain('README.md')
  expect(workflowExamples().filter(({ file }) => file === 'README.md')).not.toHaveLength(0)
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
  const file = `${action.folder === '' ? '' : `${action.folder}/`}README.md`

  test('has a README with the same inputs and outputs', () => {
    expect(existsSync(join(repository, file)), file).toBe(true)
    expect(checkTables({ file, text: readFileSync(join(repository, file), 'utf8') }, action)).toEqual([])
  })
})

describe('the checks find what they are for', () => {
  test('a fence with a key twice, and a step of an action that is not there', () => {
    expect(() => readYaml(fence('a: 1', 'a: 2'))).toThrow('Map keys must be unique')
    expect(() => workflowOf(fence('- uses: OWNER/access-token/nowhere@v1'), actions)).toThrow('no action in')
  })

  test('links to files and headings that are not there', () => {
    const wrong = document(
      '[a](nowhere.md)',
      '[b](#c)',
      '![d](./dev/x.png)',
      '[e]: LICENSE#f',
      '`[g](h)`',
      '[i](LICENSE)',
    )
    expect(checkLinks(wrong)).toEqual([
      'README.md:1: nowhere.md: there is no such file',
      'README.md:2: #c: there is no such heading',
      'README.md:3: ./dev/x.png: there is no such file',
      'README.md:4: LICENSE#f: only documents have headings',
    ])
  })

  test('tables that differ from action.yml', () => {
    const action = {
      ...actions[0]!,
      inputs: { one: { required: true }, two: { default: 'x' }, three: {} },
      outputs: { token: {} },
    }
    const table = (...rows: string[]): Document =>
      document(
        '| Input | | Default |',
        '|---|---|---|',
        ...rows,
        '',
        '| Output | |',
        '|---|---|',
        '| `token` | the token |',
      )
    const right = [
      '| `one` | required | |',
      '| `two` | `required` in a sentence | `x` |',
      '| `three` | a \\| b | the host |',
    ]
    expect(checkTables(table(...right), action)).toEqual([])
    expect(checkTables(table(...right.slice(1)), action)).toHaveLength(1)
    expect(checkTables(table('| `one` | | |', '| `two` | | `y` |', '| `three` | | `z` |'), action)).toEqual([
      'README.md:1: one is required',
      'README.md:1: the default of two is x',
      'README.md:1: three has no default z',
    ])
    const inWords = table('| `one` | required |', '| `two` | a. Default: `y` |', '| `three` | a |')
    expect(checkTables({ ...inWords, text: inWords.text.replace(' Default |', '') }, action)).toEqual([
      'README.md:1: the default of two is x',
    ])
    expect(checkTables(document('nothing'), action)).toHaveLength(2)
  })
})
