import fc from 'fast-check'
import { expect } from 'vitest'

/*
 * What the tests of the root action's parsers have in common: texts that are nearly right.
 */

export const SEED = 20261121

/** Words and marks that mean something to one of the parsers, in any order. */
export const soup = fc
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

/** What separates two items of a list or a mapping, for readers that take lines, commas and YAML. */
export const ends = fc.constantFrom('\n', '\n', '\r\n', ',', ', ', '\n\n', '\n# c: read\n')

/**
 * Reads any text, 5,000 of them: each gives a value or problems, never a throw, and every problem names the input and
 * the rule.
 *
 * @param likely texts of which many are right
 * @param read the problems of a text, after it was seen that what was read is sound
 * @returns how many texts had no problem
 */
export async function anyText(
  likely: fc.Arbitrary<string>,
  read: (text: string) => Promise<readonly string[]>,
): Promise<number> {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(fc.oneof(soup, fc.string({ unit: 'binary' }), likely), async (text) => {
      const problems = await read(text)
      for (const problem of problems) expect(problem).toMatch(/^[a-z-]+ (is|has|must|needs) .+$/)
      if (problems.length === 0) accepted++
    }),
    { numRuns: 5_000, seed: SEED },
  )
  expect(Object.keys(Object.prototype)).toEqual([])
  return accepted
}
