/**
 * What a batch needs beyond that which every batch does. A statement with the parts for all of it takes PostgreSQL a millisecond to begin
 * and to end, so each batch is sent the one with the parts it needs.
 *
 * - `adds`: customers, accounts or addresses that are new
 * - `updates`: customers that were there
 * - `holds`: changes of what accounts hold
 * - `keeps`: answers to keep for an Idempotency-Key
 * - `forgets`: customers, accounts or addresses that go; it needs all the others
 */
export type Need = (typeof needs)[number];

export const needs = ['adds', 'updates', 'holds', 'keeps', 'forgets'] as const;

/** A piece of the statement; `for` which need it is there, absent: it always is. */
export type Part = { for?: Need; text: string };
