import { parseArgs, type ParseArgsConfig } from 'node:util'

/**
 * Reads the arguments of this process as `parseArgs` of node:util does. `--help` prints the usage and ends the process;
 * what `config` does not name is {@link refuse}d.
 */
export function commandLine<const T extends ParseArgsConfig>(
  usage: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  if (process.argv.includes('--help')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return parseArgs(config)
  } catch (error) {
    if (error instanceof TypeError) return refuse(usage, error.message)
    throw error
  }
}

/** Says why a command was not called as it must be, prints its usage, and ends the process with status 2. */
export function refuse(usage: string, why: string): never {
  console.error(`${why}\n\n${usage}`)
  process.exit(2)
}
