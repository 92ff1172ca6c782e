-- Posted documents and their lines are facts: born as drafts, checked when posted, unchangeable after.
--
-- Every guard names its search path: a client's temporary table of the same name must not hide the books. Those
-- that run as the owner may be executed by nobody: hung on a table of a client's own, they would act for it.
--
-- And every guard starts from the statement's own rows and looks the others up by key, whatever the planner believes
-- (OFFSET 0 keeps a look-up a look-up): of a company younger than the last ANALYZE it believes that it has no rows,
-- and a plan made while the books were nearly empty is kept by the session. A large import would never end.
CREATE FUNCTION ledger_refuse(rule text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', message USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

-- Row security shows a guard what the session's company has. A statement that leaves the company on its way
-- (RETURNING set_config …) would blind the guards that run after it: they refuse what is not of the company.
CREATE FUNCTION ledger_company() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('arledger.company', true), '')::bigint
$$;
CREATE FUNCTION ledger_refuse_other_company() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_refuse('ledger_company_changed', 'a statement on the books keeps to one company');
END $$;

-- A drawn number belongs to a posted document: a draft that had one would leave a gap when deleted.
ALTER TABLE ledger_document
    ADD CONSTRAINT ledger_document_draft_is_unnumbered CHECK (state = 'posted' OR sequence_id IS NULL);

CREATE FUNCTION ledger_document_inserted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE state <> 'draft') THEN
        PERFORM ledger_refuse('ledger_document_born_draft', 'a document is born as a draft');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_document_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM after WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF EXISTS (SELECT FROM before WHERE state = 'posted') THEN
        PERFORM ledger_refuse('ledger_document_posted', 'a posted document never changes: reverse it');
    END IF;
    IF NOT EXISTS (SELECT FROM after WHERE state = 'posted') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM after d
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(l.amount), 0) AS total, count(*) AS lines,
                   coalesce(bool_and(l.currency = d.currency
                                     AND (l.customer_id = d.customer_id OR d.kind = 'payment')
                                     AND l.control_account_id IS NOT NULL AND l.account_id IS NOT NULL), true) AS fits
            FROM ledger_line l WHERE l.company_id = d.company_id AND l.document_id = d.id
        ) s ON true
        WHERE d.state = 'posted'
          AND (s.total <> d.total OR NOT s.fits OR (s.lines = 0 AND d.kind NOT IN ('payment', 'matching'))
               OR (d.kind = 'payment' AND d.reverses_id IS NULL AND d.amount <> -d.total))
    ) THEN
        PERFORM ledger_refuse('ledger_document_lines', 'the lines do not make up the document');
    END IF;
    IF EXISTS (
        SELECT FROM after d
        CROSS JOIN LATERAL (
            SELECT * FROM ledger_document o WHERE o.company_id = d.company_id AND o.id = d.reverses_id OFFSET 0
        ) o
        WHERE d.state = 'posted' AND (o.state <> 'posted' OR o.reverses_id IS NOT NULL OR o.kind <> d.kind
            OR o.customer_id <> d.customer_id OR o.currency <> d.currency OR o.total <> -d.total)
    ) THEN
        PERFORM ledger_refuse('ledger_document_mirror', 'a reversal mirrors one posted document');
    END IF;
    IF EXISTS (
        SELECT FROM after d JOIN companies_numbersequence s
            ON s.company_id = d.company_id AND s.id = d.sequence_id
        WHERE d.state = 'posted' AND (d.sequence_value IS NULL OR d.sequence_value > s.last_value)
    ) THEN
        PERFORM ledger_refuse('ledger_document_number_drawn', 'a number must be drawn before it is used');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_document_deleted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM before WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF EXISTS (SELECT FROM before WHERE state = 'posted') THEN
        PERFORM ledger_refuse('ledger_document_posted', 'a posted document is never deleted');
    END IF;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION ledger_document_updated() FROM PUBLIC;

CREATE TRIGGER born AFTER INSERT ON ledger_document REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_document_inserted();
CREATE TRIGGER changed AFTER UPDATE ON ledger_document REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_document_updated();
CREATE TRIGGER deleted AFTER DELETE ON ledger_document REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_document_deleted();
CREATE TRIGGER kept BEFORE TRUNCATE ON ledger_document FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();

-- Whoever writes lines of a document and whoever posts it wait for each other: the sum of a posted document must
-- not miss a line that another session has not committed yet.
CREATE FUNCTION ledger_line_inserted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    touched bigint[];
BEGIN
    IF EXISTS (SELECT FROM added WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF EXISTS (SELECT FROM added WHERE applied_amount <> 0 OR reserved_amount <> 0) THEN
        PERFORM ledger_refuse('ledger_line_born_open', 'a line is born open');
    END IF;
    touched := ARRAY(SELECT DISTINCT document_id FROM added);
    PERFORM FROM ledger_document d WHERE d.company_id = ledger_company() AND d.id = ANY (touched)
    ORDER BY d.id FOR SHARE;
    IF EXISTS (SELECT FROM ledger_document d
               WHERE d.company_id = ledger_company() AND d.id = ANY (touched) AND d.state = 'posted') THEN
        PERFORM ledger_refuse('ledger_line_posted', 'a posted document never gets another line');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_line_deleted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    touched bigint[];
BEGIN
    IF EXISTS (SELECT FROM before WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    touched := ARRAY(SELECT DISTINCT document_id FROM before);
    PERFORM FROM ledger_document d WHERE d.company_id = ledger_company() AND d.id = ANY (touched)
    ORDER BY d.id FOR SHARE;
    IF EXISTS (SELECT FROM ledger_document d
               WHERE d.company_id = ledger_company() AND d.id = ANY (touched) AND d.state = 'posted') THEN
        PERFORM ledger_refuse('ledger_line_posted', 'the lines of a posted document never go');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_line_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_refuse('ledger_line_posted', 'a line never changes: those of a draft are replaced');
END $$;

CREATE TRIGGER born AFTER INSERT ON ledger_line REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_line_inserted();
-- Statements of clients only: the bookkeeping triggers (which run as the owner) move open amounts from inside. It
-- reads no rows, so that moving them keeps no copies.
CREATE TRIGGER changed BEFORE UPDATE ON ledger_line
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0 OR current_user = 'arledger_app')
    EXECUTE FUNCTION ledger_line_changed();
CREATE TRIGGER deleted AFTER DELETE ON ledger_line REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_line_deleted();
CREATE TRIGGER kept BEFORE TRUNCATE ON ledger_line FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();
