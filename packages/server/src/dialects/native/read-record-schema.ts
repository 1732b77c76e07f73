import { Type } from 'typebox';
import { closed, Instant, listOf, stored } from './schema-parts.ts';

/** One read, as it was recorded. */
export const ReadRecord = Type.Object(
  {
    at: Instant,
    operation: Type.String({ description: 'what was done: `accounts.read`; of a write, that it changed nothing' }),
    dialect: Type.String({ description: 'the API that was asked' }),
    client: Type.Object({ id: Type.Integer(), name: stored }, { ...closed, description: 'the API client' }),
    by: Type.String({ description: 'who the client said that it is, else its name' }),
    accountNumber: Type.Optional(Type.Integer({ description: '`number` of the account, where it was about one' })),
    identifier: Type.Optional(Type.String({ description: 'of that account, as long as it or its tombstone is there' })),
    correlationId: stored,
    requestId: stored,
  },
  { ...closed, title: 'ReadRecord' },
);

export const ReadRecordList = listOf(ReadRecord, 'ReadRecordList');

/** A time in which reads may not have been recorded. */
export const ReadGap = Type.Object(
  {
    from: Instant,
    until: Type.Optional(
      Type.String({ format: 'date-time', description: 'absent where a server was killed: soon after `from`' }),
    ),
    lost: Type.Optional(Type.Integer({ description: 'how many reads are missing; absent where nobody knows' })),
  },
  { ...closed, title: 'ReadGap' },
);

export const ReadGapList = listOf(ReadGap, 'ReadGapList');
