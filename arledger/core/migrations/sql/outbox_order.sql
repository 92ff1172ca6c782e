-- The feed of events goes by id (SPEC 15). An id drawn before the company's audit head is locked could be committed
-- after a higher one, and whoever reads on after that one would never see it. Every verb records its audit event
-- first, so the lock is held already: asking for it again makes sure of that and costs nothing.
CREATE FUNCTION core_outbox_in_turn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM core_audithead
    WHERE company_id = nullif(current_setting('arledger.company', true), '')::bigint FOR UPDATE;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION core_outbox_in_turn() FROM PUBLIC;
CREATE TRIGGER in_turn BEFORE INSERT ON core_outboxevent
    FOR EACH STATEMENT EXECUTE FUNCTION core_outbox_in_turn();
