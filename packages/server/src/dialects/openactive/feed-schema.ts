import { Type } from 'typebox';
import { Concept } from './concept.ts';
import { validUntilMeaning } from './entitlement.ts';

const closed = { additionalProperties: false } as const;
const some = Type.Optional(Type.String({ minLength: 1 }));
const date = { format: 'date' } as const;

export const mostItems = 1000;
export const usualItems = 500;

export const FeedQuery = Type.Object(
  {
    afterChangeNumber: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: '`modified` of the last item that the caller has; absent: from the beginning',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: mostItems, description: `items per page; default ${usualItems}` }),
    ),
  },
  closed,
);

const FeedEntitlement = Type.Object(
  {
    '@type': Type.Literal('Entitlement'),
    validFrom: Type.String(date),
    validUntil: Type.Optional(Type.String({ ...date, description: `${validUntilMeaning}. Absent: open-ended` })),
    entitlementType: Concept,
  },
  { ...closed, title: 'FeedEntitlement' },
);

const FeedCustomerAccount = Type.Object(
  {
    '@context': Type.Literal('https://openactive.io/'),
    '@type': Type.Literal('CustomerAccount'),
    '@id': Type.String({ format: 'uri' }),
    identifier: some,
    accountNumber: some,
    hasHiddenEntitlements: Type.Boolean(),
    entitlement: Type.Optional(
      Type.Array(FeedEntitlement, { minItems: 1, description: 'What is valid on the day of the request' }),
    ),
  },
  { ...closed, title: 'FeedCustomerAccount', description: 'Without the customer, passes and actions.' },
);

const common = {
  kind: Type.Literal('CustomerAccount'),
  id: Type.String({ minLength: 1, description: 'Identifier of the account, exactly' }),
  modified: Type.Integer({ minimum: 1, description: 'Number of its newest change' }),
};

const UpdatedItem = Type.Object(
  { state: Type.Literal('updated'), ...common, data: FeedCustomerAccount },
  { ...closed, title: 'UpdatedItem' },
);

const DeletedItem = Type.Object({ state: Type.Literal('deleted'), ...common }, { ...closed, title: 'DeletedItem' });

export const FeedPage = Type.Object(
  {
    next: Type.String({ format: 'uri', description: 'Address of the next page; of this one when it is the last' }),
    items: Type.Array(Type.Union([UpdatedItem, DeletedItem]), {
      maxItems: mostItems,
      description: 'In the order of `modified`. Empty on the last page',
    }),
  },
  { ...closed, title: 'FeedPage', description: 'A page of Realtime Paged Data Exchange 1.0.' },
);
