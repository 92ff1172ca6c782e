-- Slots of one type, entity and bank account never overlap. An instant (frequency "each") is an empty range: it
-- overlaps nothing.
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE summaries_summary ADD CONSTRAINT summaries_summary_slots_apart EXCLUDE USING gist (
    company_id WITH =, type WITH =, coalesce(entity_id, 0) WITH =, coalesce(bank_account_id, 0) WITH =,
    tstzrange(slot_start, slot_end) WITH &&
) WHERE (automatic);

CREATE FUNCTION summaries_refuse(rule text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', message USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

-- What a summary is never changes; an automatic one is opened, closed and (by the schedule) ended early, no more; a
-- closed one is opened again before anything else. Postings hold their summary FOR KEY SHARE: whoever changes one
-- waits until they are done.
CREATE FUNCTION summaries_summary_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM summaries_summary s WHERE s.company_id = OLD.company_id AND s.id = OLD.id FOR UPDATE;
    IF (NEW.id, NEW.type, NEW.automatic, NEW.frequency, NEW.time_zone, NEW.slot_start, NEW.created_at)
        IS DISTINCT FROM
       (OLD.id, OLD.type, OLD.automatic, OLD.frequency, OLD.time_zone, OLD.slot_start, OLD.created_at)
    THEN
        PERFORM summaries_refuse('summaries_summary_fixed', 'a summary stays what it is');
    END IF;
    IF NEW.automatic AND ((NEW.title, NEW.entity_id, NEW.bank_account_id, NEW.undeposited)
        IS DISTINCT FROM (OLD.title, OLD.entity_id, OLD.bank_account_id, OLD.undeposited)
        OR NEW.slot_end > OLD.slot_end)
    THEN
        PERFORM summaries_refuse('summaries_summary_automatic', 'nobody edits an automatic summary');
    END IF;
    IF OLD.state = 'closed' AND NEW.state = 'closed' THEN
        PERFORM summaries_refuse('summaries_summary_closed', 'a closed summary accepts nothing: open it first');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION summaries_summary_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.automatic THEN
        PERFORM public.summaries_refuse('summaries_summary_automatic', 'nobody deletes an automatic summary');
    END IF;
    PERFORM public.summaries_refuse('summaries_summary_closed', 'a closed summary is opened before it is deleted');
    RETURN NULL;
END $$;

CREATE TRIGGER changed BEFORE UPDATE ON summaries_summary FOR EACH ROW EXECUTE FUNCTION summaries_summary_changed();
CREATE TRIGGER deleted BEFORE DELETE ON summaries_summary FOR EACH ROW
    WHEN (OLD.automatic OR OLD.state = 'closed') EXECUTE FUNCTION summaries_summary_deleted();
CREATE TRIGGER kept BEFORE TRUNCATE ON summaries_summary FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();
