import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import type { Judge } from '../judge.ts'
import { output } from '../program.ts'
import { CURL } from '../programs.ts'
import { signatureIn, SIGNED_HOSTS, signedRequests, type SignedRequest } from '../signed-requests.ts'
import { createStand, type Stand } from '../stand.ts'

/** curl, which signs by itself (`--aws-sigv4`). It takes paths as they stand, where botocore encodes them: no odd ones. */
export const curl: Judge = {
  name: 'curl',
  title: '`curl --aws-sigv4`',
  judges: 'AWS signatures in headers',
  program: CURL,
  version: async () => /^curl (\S+)/.exec(await output(CURL.path, ['--version']))?.[1] ?? 'unknown',
  run: async (hold) => {
    await using stand = await createStand(SIGNED_HOSTS)
    const requests = (await signedRequests(stand)).filter(({ isOdd }) => !isOdd)
    for (const request of requests) {
      const { name, sent } = request
      await hold(`${name}: the same signature`, async () => {
        const theirs = await sign(stand, request)
        assert.equal(signatureIn(sent.headers['authorization'] ?? ''), signatureIn(theirs))
      })
    }
  },
}

/** Has curl send the same request, and reads the header that it added from what it says of itself. */
async function sign(stand: Stand, request: SignedRequest): Promise<string> {
  const { service, region, keys, url, sent, headers } = request
  const body = join(stand.folder, 'body')
  await writeFile(body, sent.body)
  const settings = [
    ...Object.entries(headers).map(([name, value]) => `header = ${JSON.stringify(`${name}: ${value}`)}`),
    `user = ${JSON.stringify(`${keys.accessKeyId}:${keys.secretAccessKey}`)}`,
  ]
  const config = join(stand.folder, 'curl')
  await writeFile(config, settings.join('\n'))
  const printed = await output(
    CURL.path,
    [
      ...['--silent', '--show-error', '--path-as-is', '--http1.1', '--verbose', '--stderr', '-'],
      ...['--aws-sigv4', `aws:amz:${region}:${service}`, '--config', config],
      ...['--request', sent.method, '--data-binary', `@${body}`, url],
    ],
    { env: { ...stand.env, CURL_CA_BUNDLE: stand.env['SSL_CERT_FILE']! } },
  )
  return /^> Authorization: (.+)$/im.exec(printed)?.[1] ?? printed
}
