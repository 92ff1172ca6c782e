-- The audit trail: append-only, one chain per company (SPEC 17).
CREATE FUNCTION core_audit_digest(e core_auditevent) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(e.previous_hash || convert_to(jsonb_build_array(
        e.company_id, e.sequence, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.user_id,
        e.actor, e.source, e.address, e.action, e.object_kind, to_jsonb(e.object_ids), e.before, e.after
    )::text, 'UTF8'))
$$;

CREATE FUNCTION core_audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head core_audithead;
BEGIN
    INSERT INTO core_audithead (company_id, sequence, hash) VALUES (NEW.company_id, 0, ''::bytea)
    ON CONFLICT (company_id) DO NOTHING;
    SELECT * INTO head FROM core_audithead WHERE company_id = NEW.company_id FOR UPDATE;
    NEW.sequence := head.sequence + 1;
    NEW.previous_hash := head.hash;
    NEW.hash := core_audit_digest(NEW);
    UPDATE core_audithead SET sequence = NEW.sequence, hash = NEW.hash WHERE company_id = NEW.company_id;
    RETURN NEW;
END $$;

-- Nobody hangs it on a table of his own.
REVOKE EXECUTE ON FUNCTION core_audit_chain() FROM PUBLIC;

CREATE FUNCTION core_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are facts', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

CREATE TRIGGER chain BEFORE INSERT ON core_auditevent FOR EACH ROW EXECUTE FUNCTION core_audit_chain();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON core_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();
CREATE TRIGGER keep_head BEFORE DELETE OR TRUNCATE ON core_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();
