import { uuidv7 } from 'uuidv7';
import type { Actor } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';

/** Tessera itself as the actor: a job, or a person at the command line. */
export function tesseraActor(organisation: Organisation, dialect: 'job' | 'command-line', now: Date): Actor {
  const id = uuidv7();
  return {
    organisation,
    client: { id: 0, name: 'tessera' },
    dialect,
    name: 'tessera',
    now,
    correlationId: id,
    requestId: id,
  };
}
