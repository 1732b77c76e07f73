import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import pg from 'pg';
import { createTestDatabase } from '../support/database.ts';
import { describeSchema } from '../support/describe-schema.ts';

const file = new URL('../../src/store/schema.txt', import.meta.url);
const database = await createTestDatabase();
const client = new pg.Pool(database.connection);
after(async () => {
  await client.end();
  await database.drop();
});

test('the committed description is the schema that the migrations make', async () => {
  const schema = await describeSchema(client);
  if (process.env.UPDATE_SCHEMA) writeFileSync(file, schema);
  assert.equal(schema, readFileSync(file, 'utf8'), 'run: UPDATE_SCHEMA=1 npm test -- store/schema');
});

test('columns that may hold personal data are all known, so that erasure is complete', async () => {
  // A new text or JSON column fails here until somebody has thought about erasure and listed it.
  const known = {
    'access_pass.document': 'deleted',
    'access_pass.namespace': 'not a customer',
    'access_pass.state': 'kind',
    'access_pass.text': 'deleted',
    'account.account_number': 'blanked',
    'account.alias': 'blanked',
    'account.document': 'blanked',
    'account.identifier': 'tombstone',
    'account.state': 'kind',
    'api_client.name': 'not a customer',
    'api_client.rate_limits': 'not a customer',
    'api_client.scopes': 'not a customer',
    'audit.actor': 'who',
    'audit.channel': 'who',
    'audit.client_name': 'who',
    'audit.correlation_id': 'id',
    'audit.dialect': 'kind',
    'audit.operation': 'kind',
    'audit.request_id': 'id',
    'audit.subject_key': 'not a customer',
    'change.cause': 'kind',
    'change.events': 'names of events',
    'change.kind': 'kind',
    'change.members': 'names of members',
    'change.subject': 'kind',
    'change.subject_key': 'not a customer',
    'change_detail.document': 'deleted',
    'customer.customer_ref': 'blanked',
    'customer.document': 'blanked',
    'customer.email_key': 'blanked',
    'customer.given_name_key': 'blanked',
    'customer.landline': 'blanked',
    'customer.name_key': 'blanked',
    'customer.password_hash': 'blanked',
    'customer.state': 'kind',
    'customer.telephone_key': 'blanked',
    'customer.username_key': 'blanked',
    'customer.vipps_id': 'blanked',
    'customer_address.postal_code': 'deleted',
    'customer_address.street_key': 'deleted',
    'entitlement.document': 'deleted',
    'entitlement.state': 'kind',
    'entitlement_list.description': 'not a customer',
    'entitlement_list.license': 'not a customer',
    'entitlement_list.slug': 'not a customer',
    'entitlement_list.title': 'not a customer',
    'entitlement_list.uri': 'not a customer',
    'entitlement_revision.document': 'deleted',
    'entitlement_type.category': 'not a customer',
    'entitlement_type.default_duration': 'not a customer',
    'entitlement_type.evidence': 'not a customer',
    'entitlement_type.evidence_description': 'not a customer',
    'entitlement_type.evidence_name': 'not a customer',
    'entitlement_type.evidence_url': 'not a customer',
    'entitlement_type.id': 'not a customer',
    'entitlement_type.label': 'not a customer',
    'entitlement_type.list_slug': 'not a customer',
    'entitlement_type.status': 'kind',
    'entitlement_type.uri': 'not a customer',
    'evidence_file.content_type': 'deleted',
    'evidence_key.fingerprint': 'not a customer',
    'evidence_request.document': 'deleted',
    'evidence_request.state': 'kind',
    'forgotten_identifier.state': 'kind',
    'idempotency.answer': 'blanked',
    'migration.checksum': 'not a customer',
    'migration.name': 'not a customer',
    'organisation.base_url': 'not a customer',
    'organisation.name': 'not a customer',
    'organisation.settings': 'not a customer',
    'organisation.slug': 'not a customer',
    'organisation.time_zone': 'not a customer',
    'outstanding_action.document': 'deleted',
    'outstanding_action.state': 'kind',
    'pass_namespace.check_digit': 'not a customer',
    'pass_namespace.code_type': 'not a customer',
    'pass_namespace.name': 'not a customer',
    'pass_namespace.pattern': 'not a customer',
    'pass_namespace.prefix': 'not a customer',
    'read_record.actor': 'who',
    'read_record.client_name': 'who',
    'read_record.correlation_id': 'id',
    'read_record.dialect': 'kind',
    'read_record.operation': 'kind',
    'webhook_delivery.example': 'kind',
    'webhook_delivery.identifier': 'tombstone',
    'webhook_delivery.kinds': 'kind',
    'webhook_delivery.log': 'answers of receivers, blanked',
    'webhook_delivery.state': 'kind',
    'webhook_subscription.description': 'not a customer',
    'webhook_subscription.disabled_reason': 'kind',
    'webhook_subscription.except_clients': 'not a customer',
    'webhook_subscription.format': 'kind',
    'webhook_subscription.header_name': 'not a customer',
    'webhook_subscription.kinds': 'kind',
    'webhook_subscription.state': 'kind',
    'webhook_subscription.url': 'not a customer',
  };
  const rows = await database.query(`select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public' and data_type in ('text', 'json', 'jsonb', 'ARRAY', 'character varying') order by 1`);
  assert.deepEqual(
    rows.map((row) => row.name),
    Object.keys(known).sort(),
  );
});
