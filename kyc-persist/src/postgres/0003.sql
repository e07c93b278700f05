-- Only bigint, text and bytea; every statement may be repeated. Released migrations are never changed.

-- Notices wait in queues of their own, one a receiver: who looks for one queue does not read the others.
create index if not exists kyc_outbox_work on kyc_outbox (available_at, session, chart, version, position)
    where kind in ('effect', 'timer');
create index if not exists kyc_outbox_queues on kyc_outbox (kind, available_at, session, chart, version, position);
drop index if exists kyc_outbox_available;
