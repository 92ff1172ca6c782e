-- Posted documents and their lines are facts: born as drafts, checked when posted, unchangeable after.
CREATE FUNCTION ledger_refuse(rule text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', message USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

CREATE FUNCTION ledger_document_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE state <> 'draft' OR number IS NOT NULL AND sequence_id IS NOT NULL) THEN
        PERFORM ledger_refuse('ledger_document_born_draft', 'a document is born as a draft without a drawn number');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_document_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
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
        SELECT FROM after d JOIN ledger_document o ON o.company_id = d.company_id AND o.id = d.reverses_id
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

CREATE FUNCTION ledger_document_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM before WHERE state = 'posted') THEN
        PERFORM ledger_refuse('ledger_document_posted', 'a posted document is never deleted');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER born AFTER INSERT ON ledger_document REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_document_inserted();
CREATE TRIGGER changed AFTER UPDATE ON ledger_document REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_document_updated();
CREATE TRIGGER deleted AFTER DELETE ON ledger_document REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_document_deleted();
CREATE TRIGGER kept BEFORE TRUNCATE ON ledger_document FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();

CREATE FUNCTION ledger_line_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE applied_amount <> 0 OR reserved_amount <> 0) THEN
        PERFORM ledger_refuse('ledger_line_born_open', 'a line is born open');
    END IF;
    IF EXISTS (
        SELECT FROM added l JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
        WHERE d.state = 'posted'
    ) THEN
        PERFORM ledger_refuse('ledger_line_posted', 'a posted document never gets another line');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_line_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM before l JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
        WHERE d.state = 'posted'
    ) THEN
        PERFORM ledger_refuse('ledger_line_posted', 'the lines of a posted document never change');
    END IF;
    RETURN NULL;
END $$;

-- Statements of clients only: the bookkeeping triggers (which run as the owner) move open amounts from inside.
CREATE TRIGGER born AFTER INSERT ON ledger_line REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_line_inserted();
CREATE TRIGGER changed AFTER UPDATE ON ledger_line REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0 OR current_user = 'arledger_app')
    EXECUTE FUNCTION ledger_line_changed();
CREATE TRIGGER deleted AFTER DELETE ON ledger_line REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_line_changed();
CREATE TRIGGER kept BEFORE TRUNCATE ON ledger_line FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();
