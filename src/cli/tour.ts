/** `keelson tour`: what Keelson does, shown by doing it, with what one may doubt. */
import type { Command } from 'commander'
import type { Environment } from './environment.ts'
import { openStage } from './tour-stage.ts'
import { tellStory } from './tour-story.ts'

export function addTour(program: Command, environment: Environment): void {
  program
    .command('tour')
    .summary('show in two minutes what Keelson does')
    .description(
      'Show what Keelson does by doing it, in a folder of its own that is removed at the end: a platform team, teams that help ' +
        'themselves, a change by hand, kill -9, a cluster of somebody else. On a terminal it takes about two minutes, and without ' +
        'one as long as the commands take.',
    )
    .action(async () => {
      await using stage = await openStage(environment)
      await tellStory(stage)
    })
}
