-- The chain of audit.sql; the head is made when it is missing, not tried at every event.
CREATE OR REPLACE FUNCTION core_audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head core_audithead;
BEGIN
    SELECT * INTO head FROM core_audithead WHERE company_id = NEW.company_id FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO core_audithead (company_id, sequence, hash) VALUES (NEW.company_id, 0, ''::bytea)
        ON CONFLICT (company_id) DO NOTHING;
        SELECT * INTO head FROM core_audithead WHERE company_id = NEW.company_id FOR UPDATE;
    END IF;
    NEW.sequence := head.sequence + 1;
    NEW.previous_hash := head.hash;
    NEW.hash := core_audit_digest(NEW);
    UPDATE core_audithead SET sequence = NEW.sequence, hash = NEW.hash WHERE company_id = NEW.company_id;
    RETURN NEW;
END $$;
