import type { Statement } from './database.ts';

/**
 * Takes out of the logs of deliveries what receivers answered about somebody who has been erased, or about an account that has been
 * deleted. Erasure blanks the logs that it finds; an answer that was under way comes later. So this follows the recording of answers, in
 * the same transaction and as a statement of its own: then it sees the erasure that the recording had to wait for. $2 ids of deliveries.
 */
export const forgetErasedAnswers: Statement = {
  name: 'forget-erased-answers',
  text: `update webhook_delivery d set log = (select coalesce(json_agg(attempt.value - 'excerpt'), '[]') from jsonb_array_elements(d.log::jsonb) attempt)
    where d.organisation_id = $1 and d.id = any($2::uuid[]) and d.log::text like '%"excerpt"%' and (
      exists (select from customer where organisation_id = $1 and number = d.customer_number and state = 'erased')
      or d.account_number is not null and not exists (
        select from account where organisation_id = $1 and number = d.account_number and state = 'active'))`,
};
