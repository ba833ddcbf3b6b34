import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { verifySignature, type SigningKeys } from '../../fakes/sigv4.ts'
import type { Hold, Judge } from '../judge.ts'
import { output } from '../program.ts'
import { PYTHON } from '../programs.ts'
import {
  keysInEnvironment,
  signatureIn,
  SIGNED_HOSTS,
  signedRequests,
  signingKeys,
  type SignedRequest,
} from '../signed-requests.ts'
import { createStand, type Stand } from '../stand.ts'

/** botocore: the signer under boto3 and the AWS command line. */
export const botocore: Judge = {
  name: 'botocore',
  title: 'botocore',
  judges: 'AWS signatures, in headers and in RDS passwords',
  program: PYTHON,
  version: () => output(PYTHON.path, ['-c', 'import botocore; print(botocore.__version__)']),
  run: async (hold) => {
    await using stand = await createStand(SIGNED_HOSTS)
    await headers(hold, stand)
    await passwords(hold, stand)
    await verifier(hold)
  },
}

async function headers(hold: Hold, stand: Stand): Promise<void> {
  const requests = await signedRequests(stand)
  const theirs = await sign(requests.map(taskOf))
  for (const [index, { name, sent }] of requests.entries()) {
    await hold(`headers: ${name}: the same signature`, () => {
      assert.equal(sent.headers['authorization'], theirs[index])
    })
  }
}

function taskOf({ service, region, keys, url, sent, headers: signed }: SignedRequest): object {
  return {
    service,
    region,
    keys,
    method: sent.method,
    url,
    headers: signed,
    body: sent.body,
    date: sent.headers['x-amz-date'],
    // VPC Lattice takes no signed body (its user guide, "SIGv4 authenticated requests").
    signsBody: service !== 'vpc-lattice-svcs',
  }
}

const USERS = ['app_migrations', 'app user', "o'hara+x&y=z/%25", 'größe', '名前']

async function passwords(hold: Hold, stand: Stand): Promise<void> {
  const keys = signingKeys()
  const cases = [
    ...USERS.map((user) => ['db.abc123.eu-central-1.rds.amazonaws.com', 'eu-central-1', user] as const),
    ['db.abc123.rds.cn-north-1.amazonaws.com.cn', 'cn-north-1', 'app'] as const,
  ]
  for (const [host, region, user] of cases) {
    const inputs = { host, port: '5432', username: user }
    const env = keysInEnvironment(keys)
    const { outputs, told } = await stand.run({
      action: 'database/aws-rds',
      inputs,
      env,
      credential: 'token',
      secretOf: signatureIn,
    })
    const ours = outputs['token'] ?? told
    const date = /X-Amz-Date=(\w+)/.exec(ours)?.[1]
    const [theirs] = await sign([{ keys, region, host, port: 5432, user, date }])
    await hold(`RDS password of ${user} in ${region}: the same`, () => {
      assert.equal(sorted(ours), sorted(theirs!))
    })
  }
}

/** A presigned URL with its parameters in one order: the database reads them by name. */
function sorted(password: string): string {
  const [address, query = ''] = password.split('?')
  return `${address!}?${query.split('&').sort().join('&')}`
}

const QUERIES = ['', '?a=1', '?b=2&a=1&a=0', '?x=%20%2B%2F&y=~-._', '?empty=&%C3%BC=%E2%82%AC']

/** The other way round: the fake that judges signatures in the tests takes those of botocore, and no other. */
async function verifier(hold: Hold): Promise<void> {
  const keys = signingKeys()
  const [region, service, body] = ['eu-central-1', 'execute-api', '{"a":1}']
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  for (const query of QUERIES) {
    const url = `https://abc123.execute-api.eu-central-1.amazonaws.com/stage/a%20b${query}`
    const task = { service, region, keys, method: 'POST', url, headers: {}, body, date, signsBody: true }
    const [authorization] = await sign([task])
    const host = new URL(url).host
    const verdict = (signature: string): ReturnType<typeof verifySignature> =>
      verifySignature(
        {
          method: 'POST',
          url: new URL(url),
          headers: {
            host,
            authorization: signature,
            'x-amz-date': date,
            'x-amz-security-token': keys.sessionToken,
          },
          body,
        },
        { service, region, credentials: (): SigningKeys => keys, now: Date.now },
      )
    await hold(`our fake takes its signature, and no other, for the query ${query || '(none)'}`, () => {
      assert.equal(verdict(authorization!), keys)
      const last = authorization!.at(-1) === '0' ? '1' : '0'
      assert.notEqual(verdict(`${authorization!.slice(0, -1)}${last}`), keys)
      assert.equal(signatureIn(authorization!).length, 64)
    })
  }
}

async function sign(tasks: readonly object[]): Promise<string[]> {
  const child = spawn(PYTHON.path, ['-I', join(import.meta.dirname, 'botocore.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(tasks))
  return JSON.parse(await text(child.stdout)) as string[]
}
