-- What is attached to a document is a fact like its lines: never changed, gone with a draft only. After posting it is
-- marked as removed, once, with who, when and why; the content stays for whoever audits.

-- Pictures, PDF and office files are compressed already: trying again would cost time and save nothing.
ALTER TABLE ledger_attachment ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE ledger_stagedfile ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE FUNCTION ledger_attachment_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NEW.company_id IS DISTINCT FROM ledger_company() THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF NEW.removed_at IS NOT NULL THEN
        PERFORM ledger_refuse('ledger_attachment_born_present', 'a file is attached before it is removed');
    END IF;
    -- Whoever attaches to the same document waits here, then counts what the other has added.
    PERFORM FROM ledger_document d WHERE d.company_id = NEW.company_id AND d.id = NEW.document_id FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM ledger_attachment a
        WHERE a.company_id = NEW.company_id AND a.document_id = NEW.document_id AND a.removed_at IS NULL) > 20 THEN
        PERFORM ledger_refuse('ledger_attachment_at_most', 'a document carries 20 files at most');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_attachment_marked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.company_id IS DISTINCT FROM ledger_company() THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL THEN
        PERFORM ledger_refuse('ledger_attachment_removed_once', 'a file is removed once, and for good');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_attachment_deleted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    standing text;
BEGIN
    IF OLD.company_id IS DISTINCT FROM ledger_company() THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    SELECT d.state INTO standing FROM ledger_document d
    WHERE d.company_id = OLD.company_id AND d.id = OLD.document_id FOR SHARE;
    IF standing IS DISTINCT FROM 'draft' THEN
        PERFORM ledger_refuse('ledger_attachment_posted', 'a file of a posted document is marked as removed, not deleted');
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER added AFTER INSERT ON ledger_attachment FOR EACH ROW EXECUTE FUNCTION ledger_attachment_added();
CREATE TRIGGER append_only
    BEFORE UPDATE OF id, company_id, document_id, name, content_type, content, uploaded_at, uploaded_by
    ON ledger_attachment FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();
CREATE TRIGGER marked BEFORE UPDATE ON ledger_attachment FOR EACH ROW EXECUTE FUNCTION ledger_attachment_marked();
CREATE TRIGGER deleted BEFORE DELETE ON ledger_attachment FOR EACH ROW EXECUTE FUNCTION ledger_attachment_deleted();
CREATE TRIGGER kept BEFORE TRUNCATE ON ledger_attachment FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();
