import { shown } from '../report.ts';
import { openStage, processorTime } from './stage.mjs';

const accounts = 1000;

/**
 * (a) How quickly one worker process delivers what has gathered. The changes are put into the log as the superuser, because making them
 * by requests would take longer than delivering them: what is measured begins at the log.
 */
export async function measureBacklog(directory, { size, rounds }) {
  const rows = [];
  for (const [name, members] of [
    ['thin', {}],
    ['with the account', { includeAccount: true }],
  ]) {
    const rates = [];
    const costs = [];
    for (let round = 0; round < rounds; round += 1) {
      const stage = await openStage(directory);
      try {
        await stage.client.createMany(accounts);
        await stage.subscribe('/ok', members);
        await logChanges(stage, size);
        await stage.worker.start();
        const [began, before] = [performance.now(), processorTime(stage.worker)];
        await stage.receiver.came('/ok', size);
        rates.push((size * 1000) / (performance.now() - began));
        costs.push(((processorTime(stage.worker) - before) * 1e6) / size);
      } finally {
        await stage.close();
      }
    }
    rows.push(
      [`${name}: deliveries a second`, shown(rates)],
      [`${name}: processor time of the worker, us each`, shown(costs)],
    );
  }
  return { title: `Backlog of ${size} changes, one worker process, native format`, head: ['', 'median'], rows };
}

/** Has accounts change in turn, as a request would log it. */
async function logChanges({ query, tenant }, size) {
  await query(
    `with newest as (select change_number as number from organisation_counter where organisation_id = $1),
      nth as (select row_number() over () - 1 as position, number, customer_number from account where organisation_id = $1),
      logged as (
        select newest.number + n as number, nth.number as account, nth.customer_number as customer, 2 + n / $3 as version
        from generate_series(1, $2::int) n, newest, nth where nth.position = n % $3),
      audited as (
        insert into audit (organisation_id, number, at, client_id, client_name, actor, dialect, channel, operation, customer_number,
          account_number, correlation_id, request_id)
        select $1, number, now(), 0, 'bench', 'bench', 'native', 'api', 'changeAccount', customer, account, '', '' from logged)
    insert into change (organisation_id, number, audit_number, subject, kind, cause, customer_number, account_number, version, members, at)
    select $1, number, number, 'account', 'updated', 'own', customer, account, version, '{alias}', now() from logged`,
    [tenant.id, size, accounts],
  );
  await query('update organisation_counter set change_number = change_number + $2 where organisation_id = $1', [
    tenant.id,
    size,
  ]);
  await query('analyze');
}
