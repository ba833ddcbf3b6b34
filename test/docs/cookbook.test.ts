import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workflowExamples } from '../../dev/documents/workflows.ts'
import { Place } from './commands.ts'

const TOKEN = 'token-of-the-job'
const STEP = 'Let git use the token for these repositories only'

describe('the git credential of the cookbook', () => {
  // On Windows and macOS the configuration of the system names a store of credentials.
  const place = new Place({}, { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', GIT_TOKEN: TOKEN })
  const env = { GIT_CONFIG_GLOBAL: place.at('gitconfig') }

  /** What git would send to a URL; `undefined` where it has nothing. */
  async function credentialFor(url: string, token = TOKEN): Promise<string | undefined> {
    const asked = [`git credential fill <<< 'url=${url}'`]
    const { output } = await place.shell(asked, { env: { ...env, GIT_TOKEN: token } })
    return /^username=x-access-token\npassword=(.*)$/m.exec(output)?.[1]
  }

  beforeAll(async () => {
    const steps = workflowExamples()
      .filter(({ file }) => file === 'docs/cookbook.md')
      .flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap((job) => job.steps ?? []))
    await place.run(steps.find(({ name }) => name === STEP)!.run!)
  })
  afterAll(() => {
    place[Symbol.dispose]()
  })

  test.each(['library', 'library.git', 'website', 'website.git'])('is given to %s', async (name) => {
    expect(await credentialFor(`https://github.com/octo-org/${name}`)).toBe(TOKEN)
  })

  test.each([
    'https://github.com/octo-org/other',
    'https://github.com/octo-org/library2',
    'https://github.com/octo-org/library.github',
    'https://github.com/mona/library',
    'https://github.com',
    'https://example.com/octo-org/library',
    'http://github.com/octo-org/library',
  ])('is not given to %s', async (url) => {
    expect(await credentialFor(url)).toBeUndefined()
  })

  test('is in no file', async () => {
    expect(await credentialFor('https://github.com/octo-org/library', 'another')).toBe('another')
    expect(place.read('gitconfig')).not.toContain(TOKEN)
  })

  test.each(['ssh://git@github.com/octo-org/library.git', 'git@github.com:octo-org/library.git'])(
    'is for %s too',
    async (url) => {
      const options = { env: { ...env, https_proxy: 'http://127.0.0.1:1' } }
      const { errors } = await place.shell([`git ls-remote ${url}`], options)
      expect(errors).toContain("unable to access 'https://github.com/octo-org/library.git/'")
    },
  )
})
