/**
 * Loaded before an action in the runs that measure its memory and CPU, and in no run that is timed. The bench strips the
 * types beforehand.
 */
process.once('exit', () => {
  const { readFileSync, writeFileSync } = process.getBuiltinModule('node:fs')
  // On Linux `maxRSS` includes what the parent had before it became this program; the high-water mark does not.
  const kibibytes =
    process.platform === 'linux'
      ? Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1])
      : process.resourceUsage().maxRSS
  const { user, system } = process.cpuUsage()
  writeFileSync(
    process.env['BENCH_USAGE']!,
    JSON.stringify({ memoryMiB: kibibytes / 1024, cpuMs: (user + system) / 1000 }),
  )
})
