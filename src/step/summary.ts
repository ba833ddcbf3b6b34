import type { Runner } from './runner.ts'

/** The job summary is a courtesy: where it cannot be written, the log says so and nothing else changes. */
export async function summarize(
  runner: Pick<Runner, 'summary' | 'info'>,
  markdown: () => string | Promise<string>,
): Promise<void> {
  try {
    await runner.summary(await markdown())
  } catch (error) {
    runner.info(`The job summary could not be written (${error instanceof Error ? error.name : 'no reason'}).`)
  }
}
