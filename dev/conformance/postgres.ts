import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { output } from './program.ts'
import { freePort } from './stand.ts'

/** Where Debian and Ubuntu put a server, a folder for each version. */
const VERSIONS = '/usr/lib/postgresql'

/** A server on loopback that trusts everybody there. */
export interface Postgres extends AsyncDisposable {
  readonly port: number
  readonly user: string
  /** Of a database in it. */
  readonly url: (database: string) => string
  /** Runs SQL in a database; the rows, one a line. */
  readonly query: (database: string, sql: string) => Promise<string>
}

/** Of the newest version on this machine; `undefined` where there is none. */
function postgresFolder(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined
  return readdirSync(VERSIONS)
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))
}

/** The server refuses to be run by root, who becomes its own user. */
const BECOME = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : []

/** Starts a server with empty databases. */
export async function startPostgres(databases: readonly string[]): Promise<Postgres> {
  const programs = postgresFolder()
  if (programs === undefined) throw new Error(`There is no PostgreSQL in ${VERSIONS}.`)
  const as = (program: string, ...args: string[]): Promise<string> => {
    const [command, ...rest] = [...BECOME, program, ...args]
    return output(command!, rest, { cwd: '/' })
  }
  const folder = await as('mktemp', '--directory')
  const data = join(folder, 'data')
  const port = await freePort()
  const user = 'postgres'
  await as(
    join(programs, 'initdb'),
    '-D',
    data,
    '-U',
    user,
    '--auth',
    'trust',
    '--encoding',
    'UTF8',
    '--no-sync',
  )
  const settings = `-p ${port} -k ${folder} -h 127.0.0.1 -F`
  await as(join(programs, 'pg_ctl'), 'start', '-w', '-D', data, '-l', join(folder, 'log'), '-o', settings)
  const query: Postgres['query'] = (database, sql) =>
    as(
      join(programs, 'psql'),
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      user,
      '-d',
      database,
      '-XAtqc',
      sql,
    )
  for (const database of databases) await query('postgres', `CREATE DATABASE ${database}`)
  return {
    port,
    user,
    url: (database) => `postgresql://${user}@127.0.0.1:${port}/${database}`,
    query,
    async [Symbol.asyncDispose]() {
      await as(join(programs, 'pg_ctl'), 'stop', '-w', '-m', 'immediate', '-D', data)
      await as('rm', '-r', folder)
    },
  }
}
