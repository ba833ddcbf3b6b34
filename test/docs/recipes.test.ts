import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { postgresFolder, startPostgres, type Postgres } from '../../dev/conformance/postgres.ts'
import { fenceOf, readDocument } from '../../dev/documents/fences.ts'
import { tablesOf } from '../../dev/documents/tables.ts'
import { workflowExamples, type Job } from '../../dev/documents/workflows.ts'
import { createCertificates } from '../../dev/fakes/certificates.ts'
import { Place } from './commands.ts'

/*
 * The steps of the pages that run SQL are run unchanged, by bash and psql, against a real PostgreSQL whose certificate is
 * for the hosts in the pages. Where the server is, is all that they are not told by the page.
 */

const GOOD = 'CREATE TABLE first (id int);\nINSERT INTO first VALUES (1);\nCREATE TABLE third (id int);\n'
const BAD = GOOD.replace('INTO first', 'INTO nowhere')

/** Clients that are asked for their own options only. */
const CLIENT = /\b(?:psql|pg_dump|mysql) /

interface Recipe {
  readonly name: string
  readonly job: Job
  readonly script: string
}

const recipes: Recipe[] = workflowExamples().flatMap(({ file, workflow }) =>
  Object.values(workflow.jobs).flatMap((job) =>
    (job.steps ?? [])
      .filter(({ run = '' }) => CLIENT.test(run))
      .map(({ name = '', run }) => ({ name: `${file}: ${name}`, job, script: run! })),
  ),
)
const migrations = recipes.filter(({ script }) => /\.sql\b/.test(script))
/** Aurora DSQL takes one DDL statement per transaction, so its migrations are none. */
const ONE_DDL = 'database/aws-dsql/'
const onPostgres = recipes.filter(({ script }) => !/\bmysql /.test(script))

describe('every recipe that runs SQL from a file', () => {
  test.each(migrations)('$name stops at the first error', ({ name, script }) => {
    if (/\bmysql /.test(script)) expect(script).not.toMatch(/--force|\s-f\b/)
    else if (name.startsWith(ONE_DDL)) expect(script).toMatch(/--no-psqlrc --set ON_ERROR_STOP=1 --file=\S+\.sql/)
    else expect(script).toMatch(/--no-psqlrc --set ON_ERROR_STOP=1 --single-transaction --file=\S+\.sql/)
  })

  test('is looked at, on each page that has one', () => {
    const files = new Set(migrations.map(({ name }) => dirname(name.split(':')[0]!)))
    expect([...files].sort()).toEqual([
      'database/aws-dsql',
      'database/aws-rds',
      'database/azure',
      'database/google-cloud-sql',
      'secret/aws-secrets-manager',
      'secret/azure-key-vault',
      'secret/google-secret-manager',
      'secret/http',
      'secret/vault',
      'vault',
    ])
  })

  test('checks the certificate of the server', () => {
    for (const { name, script, job } of recipes) {
      expect(script + JSON.stringify(job), name).toMatch(/verify-full|verify-ca|VERIFY_(?:CA|IDENTITY)/)
    }
  })
})

/** The migration of a page in PostgreSQL. */
const migrationOf = (place: string): Recipe =>
  migrations.find((recipe) => recipe.name.startsWith(place) && onPostgres.includes(recipe))!

/** Without a server nothing of this is run, which the report says; GitHub's Ubuntu runners have one. */
const isHere = postgresFolder() !== undefined

test('there is a PostgreSQL where the workflows of this repository run', () => {
  if (process.env['RUNNER_ENVIRONMENT'] === 'github-hosted' && process.platform === 'linux') {
    expect(isHere).toBe(true)
  }
})

const outcomes = tablesOf(readDocument('docs/cookbook.md')).find(({ head }) => head[1] === 'statement 1')!
const outcomesOf = (client: string): (readonly string[])[] =>
  outcomes.rows.filter(([command = '']) => command.startsWith(`\`${client}`))

/** The rest of a row: what is there after the second of three statements failed, and how the step ended. */
const outcome = (tables: string, status: number): string[] => [
  tables.includes('first') ? 'applied' : 'rolled back',
  tables.includes('third') ? 'applied' : 'not applied',
  status === 0 ? 'succeeds' : 'fails',
]

describe.skipIf(!isHere)('on a real PostgreSQL', () => {
  let server: Postgres
  let certificate: string
  const folder = new Place()

  /** What curl brings in the recipes: the certificates of RDS, or a user that Vault made. */
  const CURL = `while [ $# -gt 0 ]; do
  if [ "$1" = --output ]; then cp server-ca.pem "$2"; exit; fi
  shift
done
echo '{"data":{"username":"v-jwt-app","password":"of the database"}}'
`

  beforeAll(async () => {
    const { authority, good } = await createCertificates([
      'db.example.com',
      'my-server.postgres.database.azure.com',
      'app.cluster-abc123.eu-central-1.rds.amazonaws.com',
      'app.cluster-ro-abc123.eu-central-1.rds.amazonaws.com',
      'abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws',
    ])
    certificate = authority
    // Only its own user may read a server's key.
    chmodSync(folder.folder, 0o755)
    folder.write('server.crt', good.cert)
    folder.write('server.key', good.key)
    server = await startPostgres(['app'])
    for (const sql of [
      `COPY (SELECT 1) TO PROGRAM 'install --mode=600 ${folder.at('server.crt')} ${folder.at('server.key')} .'`,
      'ALTER SYSTEM SET ssl = on',
      'SELECT pg_reload_conf()',
      // Roles that the systems of the pages have, and the users of the others.
      'CREATE ROLE rds_iam',
      'CREATE ROLE app_owner',
      'CREATE ROLE "database@my-project.iam" LOGIN',
      'CREATE ROLE migrator LOGIN',
      'GRANT USAGE, CREATE ON SCHEMA public TO app_owner, migrator',
      fenceOf('database/aws-rds/README.md', 'sql', 'GRANT rds_iam TO app_migrations'),
      fenceOf('database/google-cloud-sql/README.md', 'sql', 'ON DATABASE app TO'),
      fenceOf('database/azure/README.md', 'sql', 'ON DATABASE app TO'),
      fenceOf('docs/cookbook.md', 'sql', 'CREATE USER app_readonly'),
      fenceOf('vault/README.md', 'sql', 'CREATE ROLE vault'),
    ]) {
      await server.query('app', sql)
    }
    const roles = fenceOf('vault/README.md', 'sh', 'creation_statements=-')
    for (const [, role = '', statements = ''] of roles.matchAll(/roles\/(\S+).*<<'EOF'\n([^]*?)EOF\n/g)) {
      const filled = { name: `v-jwt-${role}`, password: 'x', expiration: 'infinity' }
      await asUser(
        'vault',
        statements.replace(/\{\{(\w+)\}\}/g, (_, key: keyof typeof filled) => filled[key]),
      )
    }
  })

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  beforeEach(async () => {
    await server.query('app', 'DROP TABLE IF EXISTS first, third')
  })

  /** The variables of a client of the server. */
  const as = (user: string): Record<string, string> => ({
    PGHOST: '127.0.0.1',
    PGPORT: String(server.port),
    PGUSER: user,
    PGDATABASE: 'app',
  })

  const tables = async (): Promise<string> => {
    const sql = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname IN ('first', 'third')"
    return (await server.query('app', sql)).trim()
  }

  /** Runs SQL as another user than the administrator. */
  const asUser = (user: string, sql: string): ReturnType<Place['shell']> =>
    folder.shell([`psql --no-psqlrc --set ON_ERROR_STOP=1 --command "$SQL"`], { env: { ...as(user), SQL: sql } })

  /** Runs the scripts of a job up to one of them, as the runner does, in a folder with the migration. */
  async function run({ job, script }: Recipe, migration: string): ReturnType<Place['shell']> {
    using place = new Place({
      'bin/curl': CURL,
      'migrations.sql': migration,
      'migrations/next.sql': migration,
      'server-ca.pem': certificate,
      // Before PostgreSQL 16, sslrootcert=system is a file of that name.
      system: certificate,
    })
    const fill = (env: Job['env'] = {}): Record<string, string> =>
      Object.fromEntries(
        Object.entries(env).map(([name, value]) => [
          name,
          String(value)
            .replaceAll('${{ runner.temp }}', place.folder)
            .replace(/\$\{\{ steps\.[\w-]+\.outputs\.username \}\}/, 'database@my-project.iam.gserviceaccount.com')
            .replace(/\$\{\{.*?\}\}/g, 'not checked by this server'),
        ]),
      )
    const steps = (job.steps ?? []).filter((each) => each.run !== undefined)
    const [last, ...before] = steps.slice(0, steps.findIndex((each) => each.run === script) + 1).reverse()
    const runStep = ({ run: text, env }: (typeof steps)[number]): ReturnType<Place['shell']> => {
      const here = { PGHOSTADDR: '127.0.0.1', PGPORT: String(server.port), PGDATABASE: 'app' }
      return place.shell([text!], { env: { ...fill(job.env), ...fill(env), ...here } })
    }
    for (const step of before.reverse()) expect(await runStep(step)).toMatchObject({ status: 0 })
    return await runStep(last!)
  }

  test.each(onPostgres)('$name works', async (recipe) => {
    expect(await run(recipe, GOOD)).toMatchObject({ status: 0 })
    if (migrations.includes(recipe)) expect(await tables()).toBe('first third')
  })

  test.each(migrations.filter((recipe) => onPostgres.includes(recipe)))(
    '$name fails where statement 2 of 3 does, and nothing of it is applied unless each statement is a transaction',
    async (recipe) => {
      const { status, errors } = await run(recipe, BAD)
      expect(errors).toContain('relation "nowhere" does not exist')
      expect(status).not.toBe(0)
      expect(await tables()).toBe(recipe.name.startsWith(ONE_DDL) ? 'first' : '')
    },
  )

  test.each(outcomesOf('psql'))('the cookbook tells what happens after an error: %s', async (client = '', ...row) => {
    folder.write('bad.sql', BAD)
    const { status } = await folder.shell([`${client.replaceAll('`', '')} --file=bad.sql`], { env: as(server.user) })
    expect(outcome(await tables(), status)).toEqual(row)
  })

  test('a COMMIT in the file keeps what comes before it, as the pages warn', async () => {
    const rds = migrationOf('database/aws-rds')
    expect((await run(rds, BAD.replace('INSERT', 'COMMIT;\nINSERT'))).status).not.toBe(0)
    expect(await tables()).toBe('first')
  })

  const grants = fenceOf('docs/cookbook.md', 'sql', 'ALTER DEFAULT PRIVILEGES')

  test.each(['app_migrations', 'app_owner'])(
    'read-only users can read what a migration made as %s, and cannot change it',
    async (owner) => {
      const rds = migrationOf('database/aws-rds')
      if (owner === 'app_owner') {
        await server.query('app', fenceOf('database/aws-rds/README.md', 'sql', 'SET role = app_owner'))
      }
      expect(await run(rds, grants)).toMatchObject({ status: 0 })
      expect(await run(rds, GOOD)).toMatchObject({ status: 0 })
      expect(await server.query('app', "SELECT tableowner FROM pg_tables WHERE tablename = 'first'")).toBe(owner)
      expect((await asUser('app_readonly', 'INSERT INTO first VALUES (2)')).errors).toContain(
        'in a read-only transaction',
      )
      for (const user of ['app_readonly', 'v-jwt-app-readonly']) {
        expect(await asUser(user, 'SELECT * FROM first')).toMatchObject({ status: 0 })
        const anyway = await asUser(user, 'SET TRANSACTION READ WRITE; INSERT INTO first VALUES (2)')
        expect(anyway.errors).toContain('permission denied for table first')
      }
    },
  )

  test('Vault can drop the users that it made, because what they created belongs to the owner', async () => {
    const vault = migrationOf('vault')
    expect(await run(vault, GOOD)).toMatchObject({ status: 0 })
    expect(await server.query('app', "SELECT tableowner FROM pg_tables WHERE tablename = 'first'")).toBe('app_owner')
    for (const user of ['v-jwt-app', 'v-jwt-app-readonly']) {
      // What Vault runs by default: plugins/database/postgresql/postgresql.go, defaultDeleteUser.
      for (const statement of [
        `REVOKE ALL PRIVILEGES ON ALL TABLES IN SCHEMA public FROM "${user}"`,
        `REVOKE ALL PRIVILEGES ON ALL SEQUENCES IN SCHEMA public FROM "${user}"`,
        `REVOKE USAGE ON SCHEMA public FROM "${user}"`,
        `REVOKE CONNECT ON DATABASE app FROM "${user}"`,
        `DROP ROLE IF EXISTS "${user}"`,
      ]) {
        expect(await asUser('vault', statement)).toMatchObject({ status: 0 })
      }
    }
  })

  test.each(['database/aws-rds/README.md', 'database/azure/README.md', 'database/google-cloud-sql/README.md'])(
    '%s lets a user act as the owner of tables that are there already',
    async (file) => {
      await server.query('app', fenceOf(file, 'sql', 'SET role = app_owner'))
      await server.query('app', 'CREATE TABLE first (id int); ALTER TABLE first OWNER TO app_owner')
      const recipe = migrationOf(file)
      expect(await run(recipe, 'ALTER TABLE first ADD COLUMN name text;\n')).toMatchObject({ status: 0 })
    },
  )
})

/** Where Debian and Ubuntu put the server. */
const MARIADB = '/usr/sbin/mariadbd'

describe.skipIf(!existsSync(MARIADB))('on a real MariaDB', () => {
  const folder = new Place()

  beforeAll(async () => {
    mkdirSync(folder.at('data'))
    folder.write('.my.cnf', `[client]\nsocket=${folder.at('socket')}\n`)
    const options = '--datadir=$HOME/data --socket=$HOME/socket --skip-networking --skip-grant-tables'
    await folder.run(
      `${MARIADB} --no-defaults --user="$(id -un)" ${options} &> "$HOME/log" &`,
      'mysqladmin --wait=30 ping || { cat "$HOME/log" >&2; exit 1; }',
    )
  })

  afterAll(async () => {
    await folder.run('mysqladmin shutdown')
    folder[Symbol.dispose]()
  })

  /** What is there after a file was run: tables, and the rows of `kept`. */
  async function after(client: string, sql: string): Promise<{ status: number; there: string }> {
    const create = 'DROP DATABASE IF EXISTS app; CREATE DATABASE app; CREATE TABLE app.kept (id int)'
    await folder.run(`mysql --execute='${create}'`)
    folder.write('migrations.sql', sql)
    const { status, errors } = await folder.shell([`${client} app < migrations.sql`])
    expect(errors).toContain("Table 'app.nowhere' doesn't exist")
    const { output } = await folder.run(`mysql --skip-column-names --execute='SHOW TABLES; SELECT id FROM kept' app`)
    return { status, there: output.trim().split('\n').join(' ') }
  }

  test.each(outcomesOf('mysql'))('the cookbook tells what happens after an error: %s', async (client = '', ...row) => {
    const { status, there } = await after(client.replaceAll('`', ''), BAD)
    expect(outcome(there, status)).toEqual(row)
  })

  const INSERT = 'INSERT INTO kept VALUES (1);\n'
  const NOWHERE = 'INSERT INTO nowhere VALUES (1);\n'
  test.each([
    ['a change of data stays', INSERT + NOWHERE, 'kept 1'],
    ['is rolled back in a transaction', `START TRANSACTION;\n${INSERT}${NOWHERE}COMMIT;\n`, 'kept'],
    [
      'stays with the DDL statement after it',
      `START TRANSACTION;\n${INSERT}CREATE TABLE first (id int);\n${NOWHERE}COMMIT;\n`,
      'first kept 1',
    ],
  ])('%s', async (_, sql, there) => {
    expect((await after('mysql', sql)).there).toBe(there)
  })
})
