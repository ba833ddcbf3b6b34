import { expect, test } from 'vitest'
import { warnOfNodeDebug } from '../../src/step/process.ts'

// Node.js, "util.debuglog": sections separated by commas, in any case, with `*` for any text.
test.each<[NODE_DEBUG: string | undefined, warns: boolean]>([
  ['net', true],
  ['fs, HTTP', true],
  ['TLS,stream', true],
  ['*', true],
  ['str*', true],
  ['https', false],
  ['ttp', false],
  ['s*x*m', false],
  ['module,fs', false],
  ['', false],
  [undefined, false],
])('NODE_DEBUG=%s is warned of: %s', (NODE_DEBUG, warns) => {
  const warnings: string[] = []
  warnOfNodeDebug({ environment: { NODE_DEBUG }, warning: (text) => warnings.push(text) })
  expect(warnings).toEqual(
    warns
      ? ['NODE_DEBUG is set: Node.js may print tokens and secrets to the log in a form that is not masked. Unset it.']
      : [],
  )
})
