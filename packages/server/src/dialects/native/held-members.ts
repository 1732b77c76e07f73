import { Type } from 'typebox';
import { maxOpenEntitlements } from '#domain/entitlement.ts';
import { OutstandingAction } from './action-schema.ts';
import { Entitlement, NewEntitlement } from './entitlement-schema.ts';
import { AccessPass, InitialPass } from './pass-schema.ts';
import { nullable } from './schema-parts.ts';

/** What an account's document shows of what it holds. */
export const heldMembers = {
  accessPass: Type.Optional(Type.Array(AccessPass, { description: 'active ones, newest first' })),
  entitlement: Type.Optional(
    Type.Array(Entitlement, {
      description: 'open ones: valid today, in future or pending; also of hidden types. By validFrom, then type',
    }),
  ),
  outstandingAction: Type.Optional(Type.Array(OutstandingAction, { description: 'open ones, oldest first' })),
  hasHiddenEntitlements: Type.Boolean({
    description:
      'whether rights that other dialects do not list influence prices today: of hidden types, or hiddenDiscount',
  }),
  hiddenDiscount: Type.Boolean({ description: "an operator's word that discounts beyond the entitlements apply" }),
};

const hiddenDiscount = Type.Boolean({ description: "an operator's word that discounts beyond the entitlements apply" });

/** What a new account may be given at once. A hundred passes are far above what one person carries. */
export const initialMembers = {
  accessPass: Type.Optional(
    Type.Array(InitialPass, { maxItems: 100, description: 'passes that it carries from the beginning' }),
  ),
  entitlement: Type.Optional(
    Type.Array(NewEntitlement, {
      maxItems: maxOpenEntitlements,
      description: 'entitlements that it holds from the beginning, under the evidence policy of their types',
    }),
  ),
  hiddenDiscount: Type.Optional(hiddenDiscount),
};

/** What a merge patch of an account changes of what it holds; passes and entitlements have addresses of their own. */
export const patchedMembers = { hiddenDiscount: Type.Optional(nullable(hiddenDiscount, 'null is false')) };
