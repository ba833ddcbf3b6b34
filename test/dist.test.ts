import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { packageFolder } from '../dev/build/bundle.ts'
import { stubs } from '../dev/build/stubs.ts'
import { readActions, repository } from '../dev/documents/actions.ts'

const dist = join(repository, 'dist')
const entries = stubs(readActions())
const files = globSync('**/*.*', { cwd: dist })
  .map((file) => file.replaceAll('\\', '/'))
  .sort()
const scripts = files.filter((file) => file.endsWith('.js'))
const read = (file: string): string => readFileSync(join(dist, file), 'utf8')
const bytes = (file: string): number => statSync(join(dist, file)).size

/** Source files named by the comments that the bundler puts before each module. */
const sources = scripts.flatMap((file) =>
  [...read(file).matchAll(/^(?:\/\*\*\*\/ \d+: \/\/|;\/\/ CONCATENATED MODULE:) (\.\S+)/gm)].map(
    ([, source]) => source!,
  ),
)
const packages = [...new Set(sources.flatMap((source) => packageFolder(source) ?? []))].sort()

/** Runs Node without any environment, and tells what came out. */
function node(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env: {}, encoding: 'utf8', timeout: 300_000 })
  return { status, stdout, stderr }
}

test('the tests run on the runtime of runs.using', () => {
  expect(process.version).toMatch(/^v24\./)
})

describe('size', () => {
  test('the file that every step starts is at most 150 kB', () => {
    expect(bytes('index.js')).toBeLessThanOrEqual(150_000)
  })

  test('the code for AWS is at most 90 kB', () => {
    expect(bytes('parts/aws.js') + bytes('parts/aws-signer.js')).toBeLessThanOrEqual(90_000)
  })

  test('all of dist is at most 0.8 MB, with licences', () => {
    expect(files.map(bytes).reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(700_000)
  })
})

describe('content', () => {
  test('is the bundle, its parts, a stub per entry, the licences, and nothing else', () => {
    const parts = files.filter((file) => /^parts\/[a-z][a-z-]*(-v\d)?\.js$/.test(file))
    expect(files).toEqual(
      ['index.js', 'licenses.txt', 'package.json', ...entries.map(({ file }) => file), ...parts].sort(),
    )
    for (const { file, text } of entries) expect(read(file)).toBe(text)
  })

  test('comes from src and from few packages', () => {
    const rest = sources.filter((source) => packageFolder(source) === undefined && !source.startsWith('./src/'))
    expect(['./dev/build/no-exec.ts', './dev/build/no-http-client.ts']).toEqual(expect.arrayContaining(rest))
    expect(sources).toContain('./src/http/client.ts')
    const names = [
      '@actions/core',
      '@actions/github',
      '@actions/http-client',
      '@smithy/core',
      '@smithy/signature-v4',
      'js-yaml',
    ]
    expect(packages).toEqual(names.map((name) => `node_modules/${name}`))
  })

  test('has the code for AWS in two parts, which those who use AWS share', () => {
    const holders = (text: string): string[] => scripts.filter((file) => read(file).includes(text))
    expect(holders(' ./src/aws/credentials.ts\n')).toEqual(['parts/aws.js'])
    expect(holders(' ./src/aws/signer.ts\n')).toEqual(['parts/aws-signer.js'])
    expect(holders(`_require__.e('aws')`)).toEqual(['index.js', 'parts/app-server.js'])
    expect(holders(`_require__.e('aws-signer')`)).toEqual(['parts/aws.js'])
  })

  test('has the ES modules of AWS’s signer, with what they import and no more of an SDK', () => {
    const signer = sources.filter((source) => /@smithy|@aws-/.test(source))
    expect(signer).toContain('./node_modules/@smithy/signature-v4/dist-es/SignatureV4.js')
    const allowed = [
      /signature-v4\/dist-es\//,
      /core\/dist-es\/submodules\/protocols\/(querystring-builder|util-uri-escape)\//,
      /core\/dist-es\/submodules\/serde\/(hash-node|is-array-buffer|util-(buffer-from|hex-encoding|utf8)|writeKey)\b/,
      /core\/dist-es\/submodules\/transport\/(hasOwn|httpRequest|normalizeProvider)\.js/,
    ]
    expect(signer.filter((source) => !allowed.some((pattern) => pattern.test(source)))).toEqual([])
  })

  test('has of @actions/github its context alone, where a failure is explained', () => {
    const context = './node_modules/@actions/github/lib/context.js'
    expect(sources.filter((source) => source.includes('@actions/github/'))).toEqual([context])
    const holders = scripts.filter((file) => read(file).includes(` ${context}\n`))
    expect(holders).toEqual(['parts/report.js'])
  })

  test('holds the licence of every package in it', () => {
    const licenses = read('licenses.txt')
    for (const folder of packages) {
      const { name, version } = JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')) as Record<
        string,
        string
      >
      expect(licenses).toContain(`${name!} ${version!}\n`)
    }
  })

  test.each([
    ['undici', /\bundici\/lib\b|class (Dispatcher|ProxyAgent|EnvHttpProxyAgent)\b/],
    ['an AWS SDK, but for the name of its signer', /@aws-sdk(?!\/signature-v4`)/],
    ['the tunnel package', /\bTunnelingAgent\b/],
    ['a loader of Node’s modules other than process.getBuiltinModule', /createRequire/],
    ['GitHub’s API client', /octokit/i],
    ['WebSocket', /\bWebSocket\b/],
    ['global fetch, which loads the undici of Node', /(?<![.\w])fetch\(|globalThis\.fetch\b/],
    ['code made at run time', /\beval\(|new Function\(/],
    ['tools of the tests', /\b(jose|vitest|fast-check)\b/],
    ['source maps', /sourceMappingURL/],
    ['folders of the machine that built it', /\/(work|home|Users|tmp|root)\/|[A-Z]:\\\\/],
    ['a number as the name of a part', /_require__\.e\((?!'[a-z])/],
  ])('does not hold %s', (_, pattern) => {
    const found = scripts.flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line) ? [`dist/${file}:${index + 1}: ${line.trim().slice(0, 100)}`] : [],
        ),
    )
    expect(found).toEqual([])
  })
})

describe('behaviour', () => {
  test('importing the bundle prints nothing and opens nothing', () => {
    const url = JSON.stringify(pathToFileURL(join(dist, 'index.js')).href)
    const script = `
      const { log } = console
      console.log = console.error = process.stdout.write = process.stderr.write = () => { throw new Error('printed') }
      const before = process.getActiveResourcesInfo().length
      const listeners = process.eventNames().length
      await import(${url})
      const opened = process.getActiveResourcesInfo().length - before
      const listening = process.eventNames().length - listeners
      process.exitCode = opened === 0 && listening === 0 && process.exitCode === undefined ? 42 : 1`
    expect(node('--input-type=module', '--eval', script)).toEqual({ status: 42, stdout: '', stderr: '' })
  })

  const uses = entries.map(({ file }) => ({ file, post: file === 'post.js' }))

  test.each(uses.filter(({ post }) => !post))('dist/$file without any input fails with one annotation', ({ file }) => {
    const { status, stdout, stderr } = node(join(dist, file))
    expect(stderr).toBe('')
    expect(stdout.match(/^::error\b.*$/gm)).toHaveLength(1)
    expect(status).toBe(1)
  })

  test.each(uses.filter(({ post }) => post))('dist/$file without anything saved does nothing', ({ file }) => {
    const { status, stdout, stderr } = node(join(dist, file))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).not.toMatch(/^::/m)
  })
})
