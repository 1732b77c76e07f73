/** What kind of thing is to be done; the words of openactive.md 2.8. `other` has no schema.org action. */
export const actionKinds = ['debt', 'renewal', 'details', 'terms', 'induction', 'registration', 'other'] as const;
export type ActionKind = (typeof actionKinds)[number];

/** Something the customer must do, made by an operator; may block booking. Instants are ISO 8601 UTC. */
export type OutstandingAction = {
  id: string;
  kind: ActionKind;
  state: 'open' | 'completed' | 'cancelled';
  /** Short title, at most 100 characters. */
  name: string;
  /** Instruction to the customer, at most 1,000 characters. */
  description?: string;
  /** Instant by which it must be done. Passing it changes nothing by itself. */
  deadline?: string;
  /** Page to which the customer is sent. */
  target?: string;
  blocksBooking: boolean;
  createdAt: string;
  createdBy: string;
  endedAt?: string;
  endedBy?: string;
  reason?: string;
};

export const maxOpenActions = 200;
