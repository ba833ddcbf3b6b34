import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fullYaml, parseYaml, plainYaml, type YamlValue } from '../../src/inputs/yaml.ts'

const SEED = 20261121

/** The value that the YAML package reads; the test fails where it reads none. */
async function valueOf(text: string): Promise<YamlValue> {
  const result = await fullYaml(text)
  if ('fault' in result) throw new Error(`fault: ${result.fault}`)
  return result.value
}

async function faultOf(text: string): Promise<string> {
  const result = await parseYaml(text)
  if ('value' in result) throw new Error(`value: ${JSON.stringify(result.value)}`)
  return result.fault
}

const mapping = (entries: Record<string, YamlValue>): Map<string, YamlValue> => new Map(Object.entries(entries))

describe('the plain reader', () => {
  test.each<[string, YamlValue]>([
    ['https://x.example.com/stage', 'https://x.example.com/stage'],
    ['# why\n\nhttps://x.example.com:8443\n', 'https://x.example.com:8443'],
    ['url: https://x.example.com', mapping({ url: 'https://x.example.com' })],
    [
      'url: https://x.example.com\nauth:\n  type: aws\n  roleArn: arn:aws:iam::123456789012:role/a/b\n  region: eu-central-1',
      mapping({
        url: 'https://x.example.com',
        auth: mapping({ type: 'aws', roleArn: 'arn:aws:iam::123456789012:role/a/b', region: 'eu-central-1' }),
      }),
    ],
    ['url: https://x.example.com\r\n# auth:\r\n#   type: aws\r\n', mapping({ url: 'https://x.example.com' })],
    ['auth:\n    type: aws\n\n    region:\nurl: x', mapping({ auth: mapping({ type: 'aws', region: '' }), url: 'x' })],
    ['  a: 1\n  b: true', mapping({ a: '1', b: 'true' })],
    ['# a\tb\na: b', mapping({ a: 'b' })],
    ['__proto__: x', new Map([['__proto__', 'x']])],
    ['- a\n-   o/b\n- 123\n- .github', ['a', 'o/b', '123', '.github']],
    ['  - a\n# c\n  - b', ['a', 'b']],
    ['a: b # c', mapping({ a: 'b' })],
    ['a:   # c\n  b: c   # d: e', mapping({ a: mapping({ b: 'c' }) })],
    ['a: b#c', mapping({ a: 'b#c' })],
    ['a: https://x.example.com/y?z=1&w=%20#k!', mapping({ a: 'https://x.example.com/y?z=1&w=%20#k!' })],
  ])('reads %j', async (text, value) => {
    expect(plainYaml(text)).toEqual(value)
    expect(await valueOf(text)).toEqual(value)
  })

  test.each([
    '',
    '# only a comment',
    'a: "b"',
    '[a, b]',
    'a: &x b',
    'a: |\n  b',
    'a: b c',
    'a:\tb',
    'a: b\n c: d',
    'a:\n  b: c\n d: e',
    'a:\n  b:\n    c: d',
    'a:\n  - b',
    'a:\n- b',
    'a: b\na: c',
    'a:\n  b: c\n  b: d',
    '- a\n  - b',
    '- a: b',
    '-',
    'a\nb',
    'a:b\nc: d',
    '---',
    '...',
    '- ...',
    '? a\n: b',
    '%YAML 1.2\n---\na: b',
    '<<: a\n...',
    'é: a',
    '\uFEFFa: b',
    'a: b\u2028c: d',
    `${'k'.repeat(101)}: v`,
  ])('leaves %j to the YAML package', (text) => {
    expect(plainYaml(text)).toBeUndefined()
  })

  const oneOf = (pieces: string, ...more: readonly string[]): fc.Arbitrary<string> =>
    fc.constantFrom(...pieces.split(/\s+/), ...more)
  const joined = (parts: readonly string[]): string => parts.join('')

  // Pieces on which YAML turns, in any order: what the plain reader takes must mean the same to the package.
  const soup = fc
    .array(
      oneOf(
        `a b url auth A_b 1 0x1 1e3 ~ ~ yes null _ . .. ... --- : :: - -a # ? % @ \` << " ' [ ] { } , &x *x !t | > |-
         \\ = + https://h/p o/n .github a.b key: __proto__ constructor / //`,
        ...[': ', ' :', ' ', '  ', '- ', ' #', '# c', '? ', 'key: v', '- x', '\t', '\r', '\r\n'],
        ...['\n', '\n', '\n', '\n  ', '\n    ', 'é', '\u00a0', '\u2028', '\u0085', '\uFEFF', '\ud83d\ude00'],
      ),
      { maxLength: 14 },
    )
    .map(joined)

  // Plain texts and nothing else, so that most are accepted; one change makes the edge.
  const word = oneOf('a b c d x1 a-b a.b __proto__ 1')
  const scalar = oneOf('x 1 true ~a x:y https://h:1/p/ .github o/n x~ /p x..')
  const entries = (indent: string): fc.Arbitrary<string> =>
    fc
      .array(fc.tuple(word, scalar), { minLength: 1, maxLength: 3 })
      .map((pairs) => pairs.map(([key, value]) => `${indent}${key}: ${value}\n`).join(''))
  const section = fc
    .tuple(word, fc.constantFrom('', ' ', '  '), entries('  '))
    .map(([key, end, body]) => `${key}:${end}\n${body}`)
  const between = fc.constantFrom('# c\n', '  # c\n', '\n', '   \n', 'e:\n', 'f: \r\n')
  const plain = fc.array(fc.oneof(entries(''), section, between), { minLength: 1, maxLength: 5 }).map(joined)
  const item = scalar.map((value) => `- ${value}\n`)
  const list = fc
    .array(fc.oneof(item, fc.constantFrom('# c\n', ' # c\n', '\r\n', '-   z  \n')), { minLength: 1, maxLength: 6 })
    .map(joined)
  const changed = fc.tuple(fc.oneof(plain, list), fc.nat(), fc.nat(2), soup).map(([text, at, dropped, piece]) => {
    const position = at % (text.length + 1)
    return text.slice(0, position) + piece + text.slice(position + dropped)
  })

  test.each([
    ['any text', fc.string({ unit: 'binary', maxLength: 20 }), 5_000, 10],
    ['pieces of grammar', soup, 20_000, 400],
    ['plain mappings', plain, 3_000, 1_000],
    ['plain lists', list, 1_000, 700],
    ['plain texts with one change', changed, 20_000, 1_500],
  ])('agrees with the YAML package: %s', async (_, texts, numRuns, least) => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const value = plainYaml(text)
        if (value === undefined) return
        accepted++
        expect(await valueOf(text)).toEqual(value)
      }),
      { numRuns, seed: SEED },
    )
    expect(accepted).toBeGreaterThanOrEqual(least)
  })
})

describe('the YAML package behind it', () => {
  test.each<[string, YamlValue]>([
    ['', ''],
    ['# only a comment', ''],
    ['---', ''],
    ['["a", "o/b"]', ['a', 'o/b']],
    ['[123, 0x10, 1e3, true, null, ~]', ['123', '0x10', '1e3', 'true', 'null', '~']],
    [
      '{"url": "https:\\/\\/x.example.com", "auth": {"type": "aws"}}',
      mapping({ url: 'https://x.example.com', auth: mapping({ type: 'aws' }) }),
    ],
    ['a: "b c"', mapping({ a: 'b c' })],
    ['a: &x b', mapping({ a: 'b' })],
    ['a:\n  b:\n    c: d', mapping({ a: mapping({ b: mapping({ c: 'd' }) }) })],
    ['a: |\n  b', mapping({ a: 'b\n' })],
    ['<<: a', mapping({ '<<': 'a' })],
    ['"__proto__": {polluted: yes}', new Map([['__proto__', mapping({ polluted: 'yes' })]])],
    ['- \n- a', ['', 'a']],
    ['%YAML 1.1\n---\na: yes', mapping({ a: 'yes' })],
  ])('reads %j', async (text, value) => {
    expect(await parseYaml(text)).toEqual({ value })
  })

  test.each([
    ['a: b\na: c', 'has a key twice (line 2)'],
    ['a: "b"\n"a": c', 'has a key twice (line 2)'],
    ['a: &x b\nc: *x', 'must not use YAML aliases (line 2)'],
    ['a: *x', 'must not use YAML aliases (line 1)'],
    ['a: !!str b', 'must not use YAML tags (line 1)'],
    ['!!set {a, b}', 'must not use YAML tags (line 1)'],
    ['a: !x b', 'must not use YAML tags (line 1)'],
    ['a: b\n---\nc: d', 'must be a single YAML document'],
    ['a:\n\tb: c', 'must be indented with spaces, not tabs (line 2)'],
    ['a: b\n  c: d', 'is not valid YAML (line 2)'],
    ['[a, b', 'is not valid YAML (line 1)'],
    ['a: @b', 'is not valid YAML (line 1)'],
    ['{[a]: b}', 'must contain only text, lists and mappings'],
  ])('refuses %j', async (text, fault) => {
    expect(await faultOf(text)).toBe(fault)
  })

  test('never repeats the text in a fault', async () => {
    for (const text of [
      'a: {{hunter2',
      'hunter2: *hunter2',
      'a: !hunter2 x',
      'hunter2: 1\nhunter2: 2',
      '"hunter2',
      '@hunter2',
    ]) {
      expect(await faultOf(text)).not.toContain('hunter2')
    }
  })

  test('expands no alias bomb', async () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`)
    expect(await faultOf(['a0: &a0 lol', ...levels].join('\n'))).toBe('must not use YAML aliases (line 2)')
  })

  test.each(['[', '{', '[{a: ', '- ', '? ', '{? ', '"', '&a ', '*a ', 'a: '])(
    'survives %j without end',
    async (piece) => {
      expect(await faultOf(piece.repeat(16_000 / piece.length))).toMatch(
        /^is (nested too deeply|not valid YAML) \(line 1\)$/,
      )
    },
  )

  test.each([
    ['[', ']'],
    ['{a: ', '}'],
  ])('survives nesting by %j and %j', async (open, close) => {
    expect(await faultOf(open.repeat(3_000) + close.repeat(3_000))).toBe('is nested too deeply (line 1)')
  })

  test('gives a value or a fault for any text, and no prototype changes', async () => {
    const alphabet = fc.constantFrom(
      ...Array.from('ab:-?[]{},&*!|>%@`#"\'~\\ \t\n\r<='),
      '__proto__',
      'constructor',
      '- ',
      ': ',
      '\n  ',
    )
    const texts = fc.array(alphabet, { maxLength: 40 }).map((pieces) => pieces.join(''))
    let values = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(texts, fc.string({ unit: 'binary' })), async (text) => {
        const result = await parseYaml(text)
        if ('value' in result) {
          values++
          expect(isText(result.value)).toBe(true)
        } else {
          expect(result.fault).toMatch(/^(is|has|must) /)
        }
      }),
      { numRuns: 5_000, seed: SEED },
    )
    expect(values).toBeGreaterThan(500)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

/** Whether a value is made of text, arrays and maps alone. */
function isText(value: YamlValue): boolean {
  if (typeof value === 'string') return true
  if (value instanceof Map)
    return [...value].every(([key, each]) => typeof key === 'string' && isText(each as YamlValue))
  return Array.isArray(value) && value.every(isText)
}
